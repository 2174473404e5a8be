// walk: from the table of columns to messages, and from answers to a device's words. No sockets.
//
// An answer is believed in nothing: a variable must stand in the column that was asked at its
// place, behind the one before, with an index of the table's shape and a value of the column's
// type. A column that breaks a rule, or has told all, is done and is not asked again, so each
// answer brings the walk nearer to its end.

#include "snmp/snmp_int.h"

#include "base/enc.h"
#include <stdio.h>

enum { ROWS_FIRST = 4 }; // and then twice as many, to DEVICE_ROWS_MAX: powers of two
_Static_assert(DEVICE_ROWS_MAX == 64, "rows double until there are so many");

enum kind { KIND_INT, KIND_TEXT, KIND_BITS, KIND_OID };

struct column {
    uint8_t want;
    uint8_t table; // enum snmp_table
    uint8_t kind;
    uint8_t len;
    uint16_t member; // offset in the row
    oid name[SNMP_OID_MAX];
};

#define NAME_LEN(...) (sizeof((oid[]){ __VA_ARGS__ }) / sizeof(oid))
static const struct column columns[] = {
#define COLUMN(want, table, kind, row, member, ...)                                                \
    { SNMP_WANT_##want,      SNMP_TABLE_##table,           KIND_##kind,                            \
      NAME_LEN(__VA_ARGS__), offsetof(struct row, member), { __VA_ARGS__ } },
#include "snmp/columns.tbl.h"
#undef COLUMN
};
#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))
_Static_assert(sizeof(columns) / sizeof(columns[0]) <= SNMP_COLUMNS_MAX,
               "snmp_columns has no room for them");

struct table {
    size_t size;        // of a row; its first member is its index
    uint8_t index_len;  // numbers of an index; 0: any
    bool comes_with_it; // what the device does not have today it will not have tomorrow
};

static const struct table tables[SNMP_TABLE_COUNT] = {
    [SNMP_TABLE_DIRECT] = { 0, 0, true },
    [SNMP_TABLE_DEVICE] = { sizeof(struct snmp_device), 1, true },
    [SNMP_TABLE_MARKER] = { sizeof(struct device_mib_marker), 2, true },
    [SNMP_TABLE_ALERT] = { sizeof(struct device_mib_alert), 2, false },
    [SNMP_TABLE_MSUPPLY] = { sizeof(struct device_mib_supply), 2, false },
    [SNMP_TABLE_COLORANT] = { sizeof(struct snmp_colorant), 2, true },
    [SNMP_TABLE_FSUPPLY] = { sizeof(struct device_mib_supply), 2, true },
    [SNMP_TABLE_INPUT] = { sizeof(struct device_mib_tray), 2, false },
    [SNMP_TABLE_OUTPUT] = { sizeof(struct device_mib_tray), 2, true },
    [SNMP_TABLE_COVER] = { sizeof(struct device_mib_cover), 2, true },
    [SNMP_TABLE_CONSOLE] = { sizeof(struct snmp_console), 2, true },
    [SNMP_TABLE_FINISHER] = { sizeof(struct device_mib_finisher), 2, true },
    [SNMP_TABLE_JOB] = { sizeof(struct device_mib_job), 2, false },
};

static bool columns_has(const struct snmp_columns *set, size_t column)
{
    return (set->bits[column / 64] >> (column % 64) & 1) != 0;
}

// Numbers that a row does not have are absent, not 0.
static void row_init(void *row, enum snmp_table table)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (columns[i].table == table && columns[i].kind == KIND_INT) {
            int64_t absent = DEVICE_ABSENT;
            memcpy((char *)row + columns[i].member, &absent, sizeof(absent));
        } else if (columns[i].table == table && columns[i].kind != KIND_BITS) {
            struct str none = STR("");
            memcpy((char *)row + columns[i].member, &none, sizeof(none));
        }
    }
}

void snmp_walk_init(struct snmp_walk *walk, struct arena *arena, unsigned wants,
                    enum snmp_version version, const struct snmp_columns *skip)
{
    memset(walk, 0, sizeof(*walk));
    walk->arena = arena;
    walk->next_only = version == SNMP_ASK_V1;
    walk->binds_max = SNMP_BINDS_MAX;
    walk->mib = arena_new(arena, sizeof(*walk->mib));
    row_init(walk->mib, SNMP_TABLE_DIRECT);
    walk->mib->model = STR("");
    walk->mib->device_status = DEVICE_ABSENT;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        walk->done[i] = (columns[i].want & wants) == 0 || (skip != NULL && columns_has(skip, i));
    }
}

// --- asking -------------------------------------------------------------------------------------

static void walk_pick(struct snmp_walk *walk, bool direct, unsigned most)
{
    for (size_t i = 0; i < COLUMN_COUNT && walk->asked_count < most; i++) {
        if (!walk->done[i] && (columns[i].table == SNMP_TABLE_DIRECT) == direct) {
            walk->asked[walk->asked_count++] = (uint8_t)i;
        }
    }
}

netsnmp_pdu *snmp_walk_ask(struct snmp_walk *walk)
{
    unsigned most = walk->binds_max < SNMP_ASKED_MAX ? walk->binds_max : SNMP_ASKED_MAX;
    walk->asked_count = 0;
    walk_pick(walk, true, most);
    walk->single = walk->asked_count;
    walk_pick(walk, false, most);
    if (walk->asked_count == 0) {
        return NULL;
    }
    unsigned many = walk->asked_count - walk->single;
    unsigned repeats = many == 0 ? 1 : (walk->binds_max - walk->single) / many;
    walk->repeats = repeats < 1 ? 1 : repeats > SNMP_REPEATS_MAX ? SNMP_REPEATS_MAX : repeats;
    netsnmp_pdu *pdu = snmp_pdu_create(walk->next_only ? SNMP_MSG_GETNEXT : SNMP_MSG_GETBULK);
    if (pdu == NULL) {
        return NULL;
    }
    if (walk->next_only) {
        walk->repeats = 1;
    } else {
        pdu->non_repeaters = (long)walk->single;
        pdu->max_repetitions = (long)walk->repeats;
    }
    for (unsigned i = 0; i < walk->asked_count; i++) {
        unsigned which = walk->asked[i];
        oid name[SNMP_OID_MAX + SNMP_INDEX_MAX];
        size_t len = columns[which].len;
        memcpy(name, columns[which].name, len * sizeof(oid));
        memcpy(name + len, walk->at[which], walk->at_len[which] * sizeof(oid));
        (void)snmp_add_null_var(pdu, name, len + walk->at_len[which]);
    }
    return pdu;
}

// --- values -------------------------------------------------------------------------------------

static bool value_int(const netsnmp_variable_list *var, int64_t *value)
{
    if (var->type == ASN_COUNTER64 && var->val.counter64 != NULL) {
        uint64_t high = var->val.counter64->high & UINT32_MAX;
        uint64_t whole = high << 32 | (var->val.counter64->low & UINT32_MAX);
        *value = (int64_t)whole;
        return whole <= INT64_MAX;
    }
    bool is_signed = var->type == ASN_INTEGER;
    if ((!is_signed && var->type != ASN_COUNTER && var->type != ASN_GAUGE &&
         var->type != ASN_TIMETICKS) ||
        var->val.integer == NULL || var->val_len != sizeof(long)) {
        return false;
    }
    *value = *var->val.integer;
    return is_signed ? *value >= INT32_MIN && *value <= INT32_MAX
                     : *value >= 0 && *value <= UINT32_MAX;
}

// What is no UTF-8 is most often ISO 8859-1, in which each byte is its own number.
static struct str value_text(struct arena *arena, const netsnmp_variable_list *var)
{
    char text[2 * DEVICE_TEXT_MAX];
    size_t len = 0;
    struct str raw = { (const char *)var->val.string, var->val_len };
    raw.len = raw.len > DEVICE_TEXT_MAX ? DEVICE_TEXT_MAX : raw.len;
    while (raw.len > 0 && (raw.ptr[raw.len - 1] == '\0' || raw.ptr[raw.len - 1] == ' ')) {
        raw.len--;
    }
    bool utf8 = enc_is_utf8(raw) || raw.len == DEVICE_TEXT_MAX; // cut in a character, perhaps
    for (size_t i = 0; i < raw.len; i++) {
        unsigned char byte = (unsigned char)raw.ptr[i];
        if (utf8 || byte < 0x80) {
            text[len++] = raw.ptr[i];
        } else {
            text[len++] = (char)(0xc0 | byte >> 6);
            text[len++] = (char)(0x80 | (byte & 0x3f));
        }
    }
    if (len > DEVICE_TEXT_MAX) { // not within a character
        len = DEVICE_TEXT_MAX;
        while (((unsigned char)text[len] & 0xc0) == 0x80) {
            len--;
        }
    }
    enc_make_plain(text, len);
    return arena_copy(arena, (struct str){ text, len });
}

static struct str value_oid(struct arena *arena, const netsnmp_variable_list *var)
{
    OWN(buf_free) struct buf text = BUF_CAP(DEVICE_TEXT_MAX);
    for (size_t i = 0; i < var->val_len / sizeof(oid); i++) {
        buf_addf(&text, i == 0 ? "%lu" : ".%lu", var->val.objid[i]);
    }
    return arena_copy(arena, buf_str(&text));
}

// Most significant bit first, in as many bytes as the device likes.
static uint16_t value_bits(const netsnmp_variable_list *var)
{
    unsigned bits = 0;
    for (unsigned bit = 0; bit < 15 && bit / 8 < var->val_len; bit++) {
        if ((var->val.bitstring[bit / 8] & 0x80 >> bit % 8) != 0) {
            bits |= 1u << bit;
        }
    }
    return (uint16_t)bits;
}

static bool cell_set(struct snmp_walk *walk, const struct column *column, void *row,
                     const netsnmp_variable_list *var)
{
    char *member = (char *)row + column->member;
    int64_t number = 0;
    if (column->kind == KIND_INT) {
        if (!value_int(var, &number)) {
            return false;
        }
        memcpy(member, &number, sizeof(number));
        return true;
    }
    if (column->kind == KIND_OID) {
        if (var->type != ASN_OBJECT_ID || var->val.objid == NULL) {
            return false;
        }
        struct str text = value_oid(walk->arena, var);
        memcpy(member, &text, sizeof(text));
        return true;
    }
    if (var->type != ASN_OCTET_STR || var->val.string == NULL) {
        return false;
    }
    if (column->kind == KIND_BITS) {
        uint16_t bits = value_bits(var);
        memcpy(member, &bits, sizeof(bits));
        walk->mib->has_errors = true;
        return true;
    }
    struct str text = value_text(walk->arena, var);
    memcpy(member, &text, sizeof(text));
    return true;
}

// --- answers ------------------------------------------------------------------------------------

// Room for one row more: most tables of most devices have few.
static bool rows_grow(struct snmp_walk *walk, enum snmp_table table)
{
    size_t count = walk->count[table];
    size_t size = tables[table].size;
    if (count == DEVICE_ROWS_MAX) {
        return false;
    }
    if (count < ROWS_FIRST ? walk->rows[table] != NULL : (count & (count - 1)) != 0) {
        return true;
    }
    size_t room = count == 0 ? ROWS_FIRST : 2 * count;
    char *rows = arena_new_array(walk->arena, room, size);
    uint64_t *keys = arena_new_array(walk->arena, room, sizeof(uint64_t));
    if (rows == NULL || keys == NULL) {
        return false;
    }
    if (count > 0) {
        memcpy(rows, walk->rows[table], count * size);
        memcpy(keys, walk->keys[table], count * sizeof(uint64_t));
    }
    walk->rows[table] = rows;
    walk->keys[table] = keys;
    return true;
}

static void *walk_row(struct snmp_walk *walk, enum snmp_table table, const oid *index, size_t len)
{
    if (table == SNMP_TABLE_DIRECT) {
        return walk->mib;
    }
    uint64_t key = len == 1 ? index[0] : index[0] << 32 | index[1];
    size_t size = tables[table].size;
    for (size_t i = 0; i < walk->count[table]; i++) {
        if (walk->keys[table][i] == key) {
            return (char *)walk->rows[table] + i * size;
        }
    }
    if (!rows_grow(walk, table)) {
        return NULL;
    }
    size_t at = walk->count[table]++;
    char *row = (char *)walk->rows[table] + at * size;
    int64_t number = (int64_t)index[len - 1];
    row_init(row, table);
    memcpy(row, &number, sizeof(number));
    walk->keys[table][at] = key;
    return row;
}

enum index_verdict { INDEX_GOOD, INDEX_ELSEWHERE, INDEX_LIE };

static enum index_verdict index_judge(const struct snmp_walk *walk, unsigned which,
                                      const netsnmp_variable_list *var)
{
    const struct column *column = &columns[which];
    if (var->name_length <= column->len ||
        memcmp(var->name, column->name, column->len * sizeof(oid)) != 0) {
        return INDEX_ELSEWHERE;
    }
    size_t len = var->name_length - column->len;
    const oid *index = var->name + column->len;
    uint8_t want = tables[column->table].index_len;
    if (len > SNMP_INDEX_MAX || (want != 0 && len != want)) {
        return INDEX_LIE;
    }
    for (size_t i = 0; i < len; i++) {
        if (index[i] > INT32_MAX) {
            return INDEX_LIE;
        }
    }
    bool behind = walk->at_len[which] == 0 ||
                  snmp_oid_compare(index, len, walk->at[which], walk->at_len[which]) > 0;
    return behind ? INDEX_GOOD : INDEX_LIE;
}

static void walk_lie(struct snmp_walk *walk, unsigned which)
{
    walk->strange++;
    walk->mib->partial = true;
    walk->done[which] = true;
}

static void walk_take_one(struct snmp_walk *walk, unsigned which, const netsnmp_variable_list *var)
{
    const struct column *column = &columns[which];
    if (walk->done[which]) {
        return; // of a column that ended rows ago
    }
    if (var->type == SNMP_ENDOFMIBVIEW || var->type == SNMP_NOSUCHOBJECT ||
        var->type == SNMP_NOSUCHINSTANCE) {
        walk->done[which] = true;
        return;
    }
    enum index_verdict verdict = index_judge(walk, which, var);
    if (verdict == INDEX_ELSEWHERE) {
        walk->done[which] = true;
        return;
    }
    if (verdict == INDEX_LIE) {
        walk_lie(walk, which);
        return;
    }
    const oid *index = var->name + column->len;
    size_t len = var->name_length - column->len;
    memcpy(walk->at[which], index, len * sizeof(oid));
    walk->at_len[which] = (uint8_t)len;
    void *row = walk_row(walk, column->table, index, len);
    if (row == NULL) {
        walk->done[which] = true; // so many rows are enough
        return;
    }
    if (!cell_set(walk, column, row, var)) {
        walk->strange++; // of another type: this cell is left out
        walk->mib->partial = true;
    } else {
        walk->found[which] = true;
    }
    if (column->table == SNMP_TABLE_DIRECT) {
        walk->done[which] = true;
        if (column->member == offsetof(struct device_mib, printer_status)) {
            walk->printer = (int64_t)index[0];
        }
    }
}

static void walk_give_up(struct snmp_walk *walk)
{
    walk->mib->partial = true;
    for (unsigned i = 0; i < walk->asked_count; i++) {
        walk->done[walk->asked[i]] = true;
    }
}

static void walk_take_error(struct snmp_walk *walk, const netsnmp_pdu *pdu)
{
    long at = pdu->errindex;
    if (pdu->errstat == SNMP_ERR_TOOBIG && walk->binds_max > 2) {
        walk->binds_max /= 2;
        return;
    }
    if (at < 1 || at > (long)walk->asked_count) {
        walk->strange++;
        walk_give_up(walk);
        return;
    }
    walk->done[walk->asked[at - 1]] = true;
    if (pdu->errstat != SNMP_ERR_NOSUCHNAME) { // which is how v1 says that a table is over
        walk->mib->partial = true;
    }
}

void snmp_walk_take(struct snmp_walk *walk, const netsnmp_pdu *pdu)
{
    if (pdu->errstat != SNMP_ERR_NOERROR) {
        walk_take_error(walk, pdu);
        return;
    }
    unsigned many = walk->asked_count - walk->single;
    unsigned most = walk->single + many * walk->repeats;
    unsigned place = 0;
    for (const netsnmp_variable_list *var = pdu->variables; var != NULL; var = var->next_variable) {
        if (place == most) {
            walk->strange++; // more than was asked for
            break;
        }
        unsigned which = place < walk->single || many == 0
                             ? walk->asked[place]
                             : walk->asked[walk->single + (place - walk->single) % many];
        walk_take_one(walk, which, var);
        place++;
    }
    if (place == 0) {
        walk->strange++;
        walk_give_up(walk);
    }
    if (place < walk->single) { // it leaves out what must be there: it will again
        for (unsigned i = place; i < walk->single; i++) {
            walk_lie(walk, walk->asked[i]);
        }
    }
}

// --- the end ------------------------------------------------------------------------------------

bool snmp_walk_has_answer(const struct snmp_walk *walk)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (walk->found[i]) {
            return true;
        }
    }
    return false;
}

void snmp_walk_absent(const struct snmp_walk *walk, unsigned wants, struct snmp_columns *absent)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if ((columns[i].want & wants) != 0 && walk->done[i] && !walk->found[i] &&
            tables[columns[i].table].comes_with_it) {
            absent->bits[i / 64] |= (uint64_t)1 << i % 64;
        }
    }
}

static void finish_supplies(struct snmp_walk *walk)
{
    struct device_mib *mib = walk->mib;
    size_t markers = walk->count[SNMP_TABLE_MSUPPLY];
    size_t count = markers + walk->count[SNMP_TABLE_FSUPPLY];
    mib->supplies = arena_new_array(walk->arena, count, sizeof(*mib->supplies));
    if (mib->supplies == NULL) {
        return;
    }
    const struct device_mib_supply *of_marker = walk->rows[SNMP_TABLE_MSUPPLY];
    const struct device_mib_supply *of_finisher = walk->rows[SNMP_TABLE_FSUPPLY];
    const struct snmp_colorant *colorants = walk->rows[SNMP_TABLE_COLORANT];
    mib->supply_count = count;
    for (size_t i = 0; i < count; i++) {
        struct device_mib_supply *supply = &mib->supplies[i];
        *supply = i < markers ? of_marker[i] : of_finisher[i - markers];
        supply->finisher = i >= markers;
        supply->color = STR("");
        supply->colorant = supply->finisher ? DEVICE_ABSENT : supply->colorant;
        for (size_t c = 0; c < walk->count[SNMP_TABLE_COLORANT]; c++) {
            if (colorants[c].index == supply->colorant) {
                supply->color = colorants[c].value;
            }
        }
    }
}

static void finish_trays(struct snmp_walk *walk)
{
    struct device_mib *mib = walk->mib;
    size_t inputs = walk->count[SNMP_TABLE_INPUT];
    size_t count = inputs + walk->count[SNMP_TABLE_OUTPUT];
    mib->trays = arena_new_array(walk->arena, count, sizeof(*mib->trays));
    if (mib->trays == NULL) {
        return;
    }
    const struct device_mib_tray *in = walk->rows[SNMP_TABLE_INPUT];
    const struct device_mib_tray *out = walk->rows[SNMP_TABLE_OUTPUT];
    mib->tray_count = count;
    for (size_t i = 0; i < count; i++) {
        mib->trays[i] = i < inputs ? in[i] : out[i - inputs];
        mib->trays[i].output = i >= inputs;
        if (mib->trays[i].output) {
            mib->trays[i].media = STR("");
        }
    }
}

static void finish_console(struct snmp_walk *walk)
{
    struct device_mib *mib = walk->mib;
    const struct snmp_console *lines = walk->rows[SNMP_TABLE_CONSOLE];
    mib->console =
        arena_new_array(walk->arena, walk->count[SNMP_TABLE_CONSOLE], sizeof(*mib->console));
    for (size_t i = 0; mib->console != NULL && i < walk->count[SNMP_TABLE_CONSOLE]; i++) {
        if (lines[i].text.len > 0) {
            mib->console[mib->console_count++] = lines[i].text;
        }
    }
}

static void finish_device(struct snmp_walk *walk)
{
    const struct snmp_device *devices = walk->rows[SNMP_TABLE_DEVICE];
    for (size_t i = 0; i < walk->count[SNMP_TABLE_DEVICE]; i++) {
        if (devices[i].index == walk->printer ||
            (walk->printer == 0 && walk->count[SNMP_TABLE_DEVICE] == 1)) {
            walk->mib->device_status = devices[i].status;
            walk->mib->model = devices[i].description;
        }
    }
}

void snmp_walk_finish(struct snmp_walk *walk)
{
    struct device_mib *mib = walk->mib;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        mib->partial = mib->partial || !walk->done[i];
    }
    finish_device(walk);
    finish_supplies(walk);
    finish_trays(walk);
    finish_console(walk);
    size_t alerts = walk->count[SNMP_TABLE_ALERT];
    size_t old = alerts > DEVICE_ALERTS_MAX ? alerts - DEVICE_ALERTS_MAX : 0;
    mib->alert_count = alerts - old;
    if (alerts > 0) {
        mib->alerts = (struct device_mib_alert *)walk->rows[SNMP_TABLE_ALERT] + old;
    }
    mib->markers = walk->rows[SNMP_TABLE_MARKER];
    mib->marker_count = walk->count[SNMP_TABLE_MARKER];
    mib->covers = walk->rows[SNMP_TABLE_COVER];
    mib->cover_count = walk->count[SNMP_TABLE_COVER];
    mib->finishers = walk->rows[SNMP_TABLE_FINISHER];
    mib->finisher_count = walk->count[SNMP_TABLE_FINISHER];
    mib->jobs = walk->rows[SNMP_TABLE_JOB];
    mib->job_count = walk->count[SNMP_TABLE_JOB];
}
