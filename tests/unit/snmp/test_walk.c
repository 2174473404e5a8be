// From messages to answers and on: a device that tells all, and the kinds of lie in an answer.
#include "snmp/snmp_int.h"

#include "lib/tap.h"

struct rig {
    struct arena arena;
    struct snmp_walk walk;
};

static void rig_start(struct rig *rig, unsigned wants, enum snmp_version version)
{
    rig->arena = ARENA_CAP(SNMP_LOOK_BYTES);
    snmp_walk_init(&rig->walk, &rig->arena, wants, version, NULL);
}

// What a small device answers: life 1000 of marker 1, status idle, the rest is not there.
static void answer_var(netsnmp_pdu *to, const netsnmp_variable_list *asked, long row)
{
    static const oid life[] = { 1, 3, 6, 1, 2, 1, 43, 10, 2, 1, 4 };
    static const oid status[] = { 1, 3, 6, 1, 2, 1, 25, 3, 5, 1, 1 };
    oid name[16];
    long value = 1000;
    if (asked->name_length == 11 && memcmp(asked->name, life, sizeof(life)) == 0 && row == 0) {
        memcpy(name, life, sizeof(life));
        name[11] = 1;
        name[12] = 1;
        (void)snmp_pdu_add_variable(to, name, 13, ASN_COUNTER, &value, sizeof(value));
    } else if (asked->name_length == 11 && memcmp(asked->name, status, sizeof(status)) == 0) {
        memcpy(name, status, sizeof(status));
        name[11] = 1;
        value = 3;
        (void)snmp_pdu_add_variable(to, name, 12, ASN_INTEGER, &value, sizeof(value));
    } else {
        oid end[] = { 1, 3, 9, 9 };
        (void)snmp_pdu_add_variable(to, end, 4, ASN_INTEGER, &value, sizeof(value));
    }
}

static netsnmp_pdu *response(void)
{
    netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_RESPONSE);
    pdu->errstat = SNMP_ERR_NOERROR; // made with another
    pdu->errindex = 0;
    return pdu;
}

static netsnmp_pdu *answer_to(const netsnmp_pdu *asked, const struct snmp_walk *walk)
{
    netsnmp_pdu *pdu = response();
    for (long row = 0; row < (long)walk->repeats; row++) {
        unsigned at = 0;
        for (const netsnmp_variable_list *var = asked->variables; var != NULL;
             var = var->next_variable, at++) {
            if (row == 0 || at >= walk->single) {
                answer_var(pdu, var, row);
            }
        }
    }
    return pdu;
}

static void test_a_device_tells_all(enum snmp_version version)
{
    struct rig rig;
    rig_start(&rig, SNMP_WANT_ALL, version);
    int messages = 0;
    netsnmp_pdu *asked = NULL;
    while ((asked = snmp_walk_ask(&rig.walk)) != NULL && messages < 100) {
        CHECK(asked->command ==
              (version == SNMP_ASK_V1 ? (int)SNMP_MSG_GETNEXT : (int)SNMP_MSG_GETBULK));
        netsnmp_pdu *pdu = answer_to(asked, &rig.walk);
        snmp_walk_take(&rig.walk, pdu);
        snmp_free_pdu(pdu);
        snmp_free_pdu(asked);
        messages++;
    }
    snmp_walk_finish(&rig.walk);
    const struct device_mib *mib = rig.walk.mib;
    CHECK(messages > 0 && messages < 8);
    CHECK(mib->printer_status == 3 && !mib->partial && rig.walk.strange == 0);
    CHECK(mib->marker_count == 1 && mib->markers[0].life == 1000 &&
          mib->markers[0].unit == DEVICE_ABSENT && mib->markers[0].index == 1);
    CHECK(mib->supply_count == 0 && mib->uptime_ticks == DEVICE_ABSENT && !mib->has_errors);
    struct snmp_columns absent = { { 0 } };
    snmp_walk_absent(&rig.walk, SNMP_WANT_ALL, &absent);
    CHECK(absent.bits[0] != 0);
    arena_free(&rig.arena);
}

// Of a hundred markers the first 64 are kept, each as it was told.
static void test_a_table_grows_and_keeps_its_rows(void)
{
    static const oid life[] = { 1, 3, 6, 1, 2, 1, 43, 10, 2, 1, 4 };
    struct rig rig;
    rig_start(&rig, SNMP_WANT_STATE, SNMP_ASK_V1);
    netsnmp_pdu *asked = NULL;
    for (int messages = 0; (asked = snmp_walk_ask(&rig.walk)) != NULL && messages < 200;
         messages++) {
        netsnmp_pdu *pdu = response();
        for (const netsnmp_variable_list *var = asked->variables; var != NULL;
             var = var->next_variable) {
            oid name[13] = { 1, 3, 9, 9 };
            bool is_life = memcmp(var->name, life, sizeof(life)) == 0;
            long row = var->name_length == 13 ? (long)var->name[12] + 1 : 1;
            long value = 1000 + row;
            if (is_life && row <= 100) {
                memcpy(name, life, sizeof(life));
                name[11] = 1;
                name[12] = (oid)row;
            }
            (void)snmp_pdu_add_variable(pdu, name, is_life && row <= 100 ? 13 : 4, ASN_COUNTER,
                                        &value, sizeof(value));
        }
        snmp_walk_take(&rig.walk, pdu);
        snmp_free_pdu(pdu);
        snmp_free_pdu(asked);
    }
    snmp_walk_finish(&rig.walk);
    CHECK(asked == NULL && arena_ok(&rig.arena));
    CHECK(rig.walk.mib->marker_count == DEVICE_ROWS_MAX);
    for (size_t at = 0; at < rig.walk.mib->marker_count; at++) {
        CHECK(rig.walk.mib->markers[at].life == 1001 + (int64_t)at);
        CHECK(rig.walk.mib->markers[at].unit == DEVICE_ABSENT);
    }
    arena_free(&rig.arena);
}

// One answer of one kind to the first message; the walk must come to its end whatever it was.
enum lie {
    LIE_NOTHING,
    LIE_SAME,
    LIE_BACK,
    LIE_TYPE,
    LIE_HUGE_INDEX,
    LIE_LONG_INDEX,
    LIE_NEGATIVE,
    LIE_GIANT,
    LIE_MORE,
    LIE_GENERR,
    LIE_GENERR_NOWHERE,
    LIE_TOOBIG,
    LIE_NOSUCH,
    LIE_END,
    LIE_WALK,
    LIE_COUNT,
};

static void lie_var(netsnmp_pdu *to, enum lie lie, const netsnmp_variable_list *asked, oid turn)
{
    oid name[MAX_OID_LEN];
    size_t len = asked->name_length;
    long value = lie == LIE_NEGATIVE ? -5 : lie == LIE_GIANT ? 0x7fffffffffffL : 1;
    memcpy(name, asked->name, len * sizeof(oid));
    size_t want = len + (lie == LIE_LONG_INDEX ? 40 : 2);
    while (len < want) {
        name[len++] = lie == LIE_HUGE_INDEX ? 0xffffffffUL : turn + 1;
    }
    uint8_t type = lie == LIE_TYPE     ? ASN_IPADDRESS
                   : lie == LIE_NOSUCH ? SNMP_NOSUCHOBJECT
                   : lie == LIE_END    ? SNMP_ENDOFMIBVIEW
                   : lie == LIE_GIANT  ? ASN_COUNTER
                                       : ASN_INTEGER;
    if (lie == LIE_TYPE) {
        uint32_t address = 0;
        (void)snmp_pdu_add_variable(to, name, len, type, &address, sizeof(address));
    } else if (lie == LIE_NOSUCH || lie == LIE_END) {
        (void)snmp_pdu_add_variable(to, name, len, type, NULL, 0);
    } else {
        (void)snmp_pdu_add_variable(to, name, len, type, &value, sizeof(value));
    }
}

static netsnmp_pdu *lie_to(const netsnmp_pdu *asked, enum lie lie, oid turn)
{
    netsnmp_pdu *pdu = response();
    pdu->errstat = lie == LIE_GENERR || lie == LIE_GENERR_NOWHERE ? SNMP_ERR_GENERR
                   : lie == LIE_TOOBIG                            ? SNMP_ERR_TOOBIG
                                                                  : SNMP_ERR_NOERROR;
    pdu->errindex = lie == LIE_GENERR ? 1 : lie == LIE_GENERR_NOWHERE ? 4711 : 0;
    if (lie == LIE_NOTHING || pdu->errstat != SNMP_ERR_NOERROR) {
        return pdu;
    }
    int rows = lie == LIE_MORE ? 400 : 4;
    for (int row = 0; row < rows; row++) {
        for (const netsnmp_variable_list *var = asked->variables; var != NULL;
             var = var->next_variable) {
            oid index = lie == LIE_SAME ? 7 : lie == LIE_BACK ? (oid)(1000 - row) : turn + (oid)row;
            lie_var(pdu, lie, var, index);
        }
    }
    return pdu;
}

static void test_every_lie_ends(enum snmp_version version)
{
    for (int lie = 0; lie < LIE_COUNT; lie++) {
        struct rig rig;
        rig_start(&rig, SNMP_WANT_ALL, version);
        int messages = 0;
        netsnmp_pdu *asked = NULL;
        while ((asked = snmp_walk_ask(&rig.walk)) != NULL && messages < 500) {
            netsnmp_pdu *pdu = lie_to(asked, (enum lie)lie, (oid)messages * 4);
            snmp_walk_take(&rig.walk, pdu);
            snmp_free_pdu(pdu);
            snmp_free_pdu(asked);
            messages++;
        }
        snmp_walk_finish(&rig.walk);
        CHECK(messages < 500);
        CHECK(arena_ok(&rig.arena));
        for (int table = 1; table < SNMP_TABLE_COUNT; table++) {
            CHECK(rig.walk.count[table] <= DEVICE_ROWS_MAX);
        }
        arena_free(&rig.arena);
    }
}

static void test_texts_become_plain(void)
{
    static const struct {
        const char *raw;
        size_t len;
        const char *plain;
    } cases[] = {
        { "HP\r\nLaserJet", 12, "HP  LaserJet" },
        { "T\xfcr", 3, "T\xc3\xbcr" },     // ISO 8859-1
        { "T\xc3\xbcr", 4, "T\xc3\xbcr" }, // UTF-8
        { "name\0\0 ", 7, "name" },
        { "\x1b[31mred", 8, "?[31mred" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig rig;
        rig_start(&rig, SNMP_WANT_WHO, SNMP_ASK_V2C);
        netsnmp_pdu *asked = snmp_walk_ask(&rig.walk);
        netsnmp_pdu *pdu = response();
        oid name[] = { 1, 3, 6, 1, 2, 1, 1, 1, 0 };
        (void)snmp_pdu_add_variable(pdu, name, 9, ASN_OCTET_STR, cases[i].raw, cases[i].len);
        snmp_walk_take(&rig.walk, pdu);
        CHECK(str_eq(rig.walk.mib->description, str_of(cases[i].plain)));
        snmp_free_pdu(pdu);
        snmp_free_pdu(asked);
        arena_free(&rig.arena);
    }
}

static void test_huge_text_is_cut(void)
{
    struct rig rig;
    static char huge[60000];
    memset(huge, 'x', sizeof(huge));
    rig_start(&rig, SNMP_WANT_WHO, SNMP_ASK_V2C);
    netsnmp_pdu *asked = snmp_walk_ask(&rig.walk);
    netsnmp_pdu *pdu = response();
    oid name[] = { 1, 3, 6, 1, 2, 1, 1, 1, 0 };
    (void)snmp_pdu_add_variable(pdu, name, 9, ASN_OCTET_STR, huge, sizeof(huge));
    snmp_walk_take(&rig.walk, pdu);
    CHECK(rig.walk.mib->description.len == DEVICE_TEXT_MAX);
    snmp_free_pdu(pdu);
    snmp_free_pdu(asked);
    arena_free(&rig.arena);
}

static void test_error_bits(void)
{
    struct rig rig;
    rig_start(&rig, SNMP_WANT_STATE, SNMP_ASK_V2C);
    netsnmp_pdu *asked = snmp_walk_ask(&rig.walk);
    netsnmp_pdu *pdu = response();
    oid elsewhere[] = { 1, 4 };
    oid name[] = { 1, 3, 6, 1, 2, 1, 25, 3, 5, 1, 2, 1 };
    static const uint8_t bits[2] = { 0x44, 0x02 }; // no paper, jammed, and bit 14
    long one = 1;
    (void)snmp_pdu_add_variable(pdu, elsewhere, 2, ASN_INTEGER, &one, sizeof(one));
    (void)snmp_pdu_add_variable(pdu, elsewhere, 2, ASN_INTEGER, &one, sizeof(one));
    (void)snmp_pdu_add_variable(pdu, name, 12, ASN_OCTET_STR, bits, 2);
    snmp_walk_take(&rig.walk, pdu);
    CHECK(rig.walk.mib->has_errors && rig.walk.mib->errors == (1 << 1 | 1 << 5 | 1 << 14));
    snmp_free_pdu(pdu);
    snmp_free_pdu(asked);
    arena_free(&rig.arena);
}

int main(void)
{
    snmp_library_start();
    test_a_device_tells_all(SNMP_ASK_V2C);
    test_a_device_tells_all(SNMP_ASK_V1);
    test_a_table_grows_and_keeps_its_rows();
    test_every_lie_ends(SNMP_ASK_V2C);
    test_every_lie_ends(SNMP_ASK_V1);
    test_texts_become_plain();
    test_huge_text_is_cut();
    test_error_bits();
    return tap_done();
}
