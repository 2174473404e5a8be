// discover: the first message to a v3 device, and the report that tells its engine. net-snmp would
// send it too, but wait for the answer. Pure.
//
//   Message  ::= SEQUENCE { version 3, header, security parameters, scoped PDU }   RFC 3412, 6
//   header   ::= SEQUENCE { message id, size, flags, model 3 }
//   security ::= OCTET STRING of SEQUENCE { engine id, boots, time, user, auth, privacy }
//                                                                                  RFC 3414, 2.4
// In BER, lengths definite and of at most two bytes behind the first.

#include "snmp/snmp_int.h"

#include "base/cur.h"

enum { TAG_INTEGER = 0x02, TAG_OCTETS = 0x04, TAG_SEQUENCE = 0x30 };

void snmp_discover_write(uint32_t message_id, uint8_t out[static SNMP_DISCOVER_BYTES])
{
    static const uint8_t message[SNMP_DISCOVER_BYTES] = {
        0x30, 0x3e, 0x02, 0x01, 0x03, // version 3
        0x30, 0x11, 0x02, 0x04, 0,    0,    0,    0,    0x02, 0x03, 0x00,
        0xff, 0xe3, 0x04, 0x01, 0x04, 0x02, 0x01, 0x03, // reportable, USM
        0x04, 0x10, 0x30, 0x0e, 0x04, 0x00, 0x02, 0x01, 0x00, 0x02, 0x01,
        0x00, 0x04, 0x00, 0x04, 0x00, 0x04, 0x00, // nobody knows whom
        0x30, 0x14, 0x04, 0x00, 0x04, 0x00, 0xa0, 0x0e, 0x02, 0x04, 0,
        0,    0,    0,    0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x30, 0x00, // GET of nothing
    };
    memcpy(out, message, sizeof(message));
    for (unsigned i = 0; i < 4; i++) {
        uint8_t byte = (uint8_t)(message_id >> (24 - 8 * i));
        out[9 + i] = byte;
        out[52 + i] = byte;
    }
}

static struct cur ber_take(struct cur *cur, uint8_t tag)
{
    struct str head = cur_take(cur, 2);
    size_t len = 0;
    if (head.len != 2 || (uint8_t)head.ptr[0] != tag) {
        cur->fault = true;
    } else {
        len = (uint8_t)head.ptr[1];
    }
    if (len > 0x80 && len <= 0x82) {
        struct str more = cur_take(cur, len - 0x80);
        len = 0;
        for (size_t i = 0; i < more.len; i++) {
            len = len << 8 | (uint8_t)more.ptr[i];
        }
    } else if (len >= 0x80) {
        cur->fault = true;
    }
    struct str body = cur_take(cur, cur->fault ? 0 : len);
    struct cur inner = cur_of(body.ptr, body.len);
    inner.fault = cur->fault;
    return inner;
}

// 0 to 2^31 - 1, as all numbers here are.
static uint32_t ber_number(struct cur *cur)
{
    struct cur body = ber_take(cur, TAG_INTEGER);
    size_t len = cur_left(&body);
    uint32_t value = 0;
    if (body.fault || len == 0 || len > 4 || (body.at[0] & 0x80) != 0) {
        cur->fault = true;
        return 0;
    }
    for (size_t i = 0; i < len; i++) {
        value = value << 8 | body.at[i];
    }
    return value;
}

bool snmp_discover_read(struct str bytes, uint32_t message_id, struct snmp_engine *engine,
                        struct err *err)
{
    struct cur all = cur_of(bytes.ptr, bytes.len);
    struct cur message = ber_take(&all, TAG_SEQUENCE);
    uint32_t version = ber_number(&message);
    struct cur header = ber_take(&message, TAG_SEQUENCE);
    uint32_t id = ber_number(&header);
    struct cur octets = ber_take(&message, TAG_OCTETS);
    struct cur security = ber_take(&octets, TAG_SEQUENCE);
    struct cur name = ber_take(&security, TAG_OCTETS);
    uint32_t boots = ber_number(&security);
    uint32_t seconds = ber_number(&security);
    size_t len = cur_left(&name);
    if (all.fault || message.fault || header.fault || octets.fault || security.fault ||
        version != 3 || id != message_id) {
        return err_set(err, ERR_INVALID, "it answered something that is no report of SNMP v3");
    }
    if (len < 5 || len > SNMP_ENGINE_MAX) { // RFC 3411, 5: SnmpEngineID
        return err_set(err, ERR_INVALID, "its SNMP engine's name has %zu bytes, not 5 to 32", len);
    }
    struct snmp_engine found = { .id_len = (uint8_t)len, .boots = boots, .time = seconds };
    memcpy(found.id, name.at, len);
    *engine = found;
    return true;
}
