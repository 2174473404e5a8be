// presence: see presence.h.

#include "svc/presence.h"

#include "base/cur.h"

static const char presence_mark[] = "QPB1";
static const char presence_words[] = "quoin presence 1";

static void presence_add_number(struct buf *bytes, uint64_t value, unsigned len)
{
    while (len-- > 0) {
        char byte = (char)(value >> (8 * len));
        buf_add(bytes, (struct str){ &byte, 1 });
    }
}

void svc_presence_write(const struct svc_presence *presence, struct buf *bytes)
{
    buf_add(bytes, str_of(presence_mark));
    presence_add_number(bytes, presence->kind, 1);
    presence_add_number(bytes, 0, 1);
    presence_add_number(bytes, presence->port, 2);
    presence_add_number(bytes, (uint64_t)presence->time_ms, 8);
    presence_add_number(bytes, presence->sequence, 8);
    presence_add_number(bytes, presence->certificate.len, 2);
    buf_add(bytes, presence->certificate);
}

void svc_presence_seal(struct buf *bytes, struct str signature, bool fill)
{
    presence_add_number(bytes, signature.len, 2);
    buf_add(bytes, signature);
    while (fill && buf_ok(bytes) && bytes->len < PRESENCE_BYTES_MAX) {
        presence_add_number(bytes, 0, 1);
    }
}

void svc_presence_add_signed(struct str covered, struct buf *bytes)
{
    buf_add(bytes, str_of(presence_words));
    buf_add(bytes, covered);
}

static bool presence_is_filling(struct str bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.ptr[i] != '\0') {
            return false;
        }
    }
    return true;
}

bool svc_presence_read(struct str bytes, struct svc_presence *presence, struct err *err)
{
    struct cur cur = cur_of(bytes.ptr, bytes.len);
    struct str mark = cur_take(&cur, sizeof(presence_mark) - 1);
    struct str kind = cur_take(&cur, 1);
    struct str zero = cur_take(&cur, 1);
    struct svc_presence read = { .kind = PRESENCE_HERE };
    read.port = cur_u16be(&cur);
    uint64_t high = cur_u32be(&cur);
    uint64_t time = (high << 32) | cur_u32be(&cur);
    high = cur_u32be(&cur);
    read.sequence = (high << 32) | cur_u32be(&cur);
    uint16_t len = cur_u16be(&cur);
    read.certificate = cur_take(&cur, len);
    read.covered = (struct str){ bytes.ptr, bytes.len - cur_left(&cur) };
    len = cur_u16be(&cur);
    read.signature = cur_take(&cur, len);
    struct str filling = cur_take(&cur, cur_left(&cur));
    if (!cur_ok(&cur) || bytes.len > PRESENCE_BYTES_MAX || !str_eq(mark, str_of(presence_mark)) ||
        kind.ptr[0] < PRESENCE_HERE || kind.ptr[0] > PRESENCE_ANSWER || zero.ptr[0] != '\0' ||
        time > INT64_MAX || read.certificate.len == 0 ||
        read.certificate.len > PRESENCE_CERTIFICATE_MAX || read.signature.len == 0 ||
        read.signature.len > PRESENCE_SIGNATURE_MAX || !presence_is_filling(filling)) {
        return err_set(err, ERR_INVALID, "not a datagram of Quoin's");
    }
    read.kind = (enum svc_presence_kind)kind.ptr[0];
    read.time_ms = (int64_t)time;
    *presence = read;
    return true;
}
