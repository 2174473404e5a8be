// A presence is read as it was written; anything cut, longer or odd is not one.
#include "svc/presence.h"

#include "lib/tap.h"

static void make(struct buf *bytes, enum svc_presence_kind kind, bool fill)
{
    struct svc_presence presence = { .kind = kind,
                                     .port = 2938,
                                     .time_ms = 1700000000123,
                                     .sequence = 0x0102030405060708,
                                     .certificate = STR("certificate") };
    svc_presence_write(&presence, bytes);
    svc_presence_seal(bytes, STR("signature"), fill);
}

static void test_there_and_back(void)
{
    for (int kind = PRESENCE_HERE; kind <= PRESENCE_ANSWER; kind++) {
        OWN(buf_free) struct buf bytes = BUF_CAP(PRESENCE_BYTES_MAX);
        struct svc_presence read;
        struct err err;
        make(&bytes, (enum svc_presence_kind)kind, kind == PRESENCE_PROBE);
        CHECK(buf_ok(&bytes));
        CHECK(kind != PRESENCE_PROBE || bytes.len == PRESENCE_BYTES_MAX);
        CHECK(svc_presence_read(buf_str(&bytes), &read, &err));
        CHECK(read.kind == (enum svc_presence_kind)kind && read.port == 2938);
        CHECK(read.time_ms == 1700000000123 && read.sequence == 0x0102030405060708);
        CHECK_STR(read.certificate, "certificate");
        CHECK_STR(read.signature, "signature");
        CHECK(read.covered.len == 4 + 2 + 2 + 8 + 8 + 2 + 11);
    }
}

static void test_odd_ones(void)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(2 * PRESENCE_BYTES_MAX);
    struct svc_presence read;
    struct err err;
    make(&bytes, PRESENCE_HERE, false);
    for (size_t len = 0; len < bytes.len; len++) {
        CHECK(!svc_presence_read((struct str){ bytes.ptr, len }, &read, &err));
    }
    static const struct {
        size_t at;
        char value;
    } turned[] = { { 0, 'X' }, { 3, '2' }, { 4, 0 }, { 4, 4 }, { 5, 1 }, { 8, -1 }, { 24, 127 } };
    for (size_t i = 0; i < sizeof(turned) / sizeof(*turned); i++) {
        char was = bytes.ptr[turned[i].at];
        bytes.ptr[turned[i].at] = turned[i].value;
        CHECK(!svc_presence_read(buf_str(&bytes), &read, &err));
        bytes.ptr[turned[i].at] = was;
    }
    CHECK(svc_presence_read(buf_str(&bytes), &read, &err));
    buf_add(&bytes, STR("\0\0"));
    CHECK(svc_presence_read(buf_str(&bytes), &read, &err));
    buf_add(&bytes, STR("\1"));
    CHECK(!svc_presence_read(buf_str(&bytes), &read, &err));
    OWN(buf_free) struct buf longer = BUF_CAP(2 * PRESENCE_BYTES_MAX);
    make(&longer, PRESENCE_PROBE, true);
    buf_add(&longer, STR("\0"));
    CHECK(!svc_presence_read(buf_str(&longer), &read, &err));
}

static void test_the_signed_words(void)
{
    OWN(buf_free) struct buf words = BUF_CAP(100);
    svc_presence_add_signed(STR("abc"), &words);
    CHECK_STR(buf_str(&words), "quoin presence 1abc");
}

int main(void)
{
    test_there_and_back();
    test_odd_ones();
    test_the_signed_words();
    return tap_done();
}
