// Answers of a device, one behind the other, as PDUs in BER behind a length of two bytes: net-snmp
// reads each, and the walk must come to its end within its bounds.
#include "snmp/snmp_int.h"

#include "base/enc.h"
#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static netsnmp_pdu *pdu_of(const uint8_t *bytes, size_t len)
{
    netsnmp_pdu *pdu = calloc(1, sizeof(*pdu));
    u_char *copy = malloc(len + 1);
    size_t left = len;
    assert(pdu != NULL && copy != NULL);
    memcpy(copy, bytes, len);
    if (snmp_pdu_parse(pdu, copy, &left) != 0) {
        snmp_free_pdu(pdu);
        pdu = NULL;
    }
    free(copy);
    return pdu;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = ARENA_CAP(SNMP_LOOK_BYTES);
    struct snmp_walk walk;
    snmp_library_start();
    snmp_walk_init(&walk, &arena, SNMP_WANT_ALL, len % 2 == 0 ? SNMP_ASK_V2C : SNMP_ASK_V1, NULL);
    for (int i = 0; i < SNMP_MESSAGES_MAX && len > 2; i++) {
        size_t part = (size_t)bytes[0] << 8 | bytes[1];
        bytes += 2;
        len -= 2;
        part = part > len ? len : part;
        netsnmp_pdu *asked = snmp_walk_ask(&walk);
        netsnmp_pdu *pdu = asked == NULL ? NULL : pdu_of(bytes, part);
        if (pdu != NULL) {
            snmp_walk_take(&walk, pdu);
            snmp_free_pdu(pdu);
        }
        if (asked != NULL) {
            snmp_free_pdu(asked);
        }
        bytes += part;
        len -= part;
    }
    snmp_walk_finish(&walk);
    assert(arena_ok(&arena) && walk.mib->alert_count <= DEVICE_ALERTS_MAX);
    for (int table = 1; table < SNMP_TABLE_COUNT; table++) {
        assert(walk.count[table] <= DEVICE_ROWS_MAX);
    }
    for (size_t i = 0; i < walk.mib->supply_count; i++) {
        assert(enc_is_plain(walk.mib->supplies[i].description));
    }
    arena_free(&arena);
    return 0;
}
