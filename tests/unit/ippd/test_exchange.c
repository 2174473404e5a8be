// The life of an exchange: bytes in pieces, answers early and late, clients that leave, sinks that
// hold back.
#include "ippd/exchange_int.h"

#include "lib/ippd_ask.h"
#include "lib/tap.h"

#include <zlib.h>

static void test_pieces_of_any_size(void)
{
    for (size_t piece = 1; piece < 300; piece += piece < 40 ? 1 : 50) {
        struct ask ask;
        ask_init(&ask);
        (void)ask_begin(&ask, IPP_OP_PRINT_JOB);
        uint16_t status = ask_send(&ask, STR("%PDF-1.4 and so on"), piece);
        tap_result(status == IPP_STATUS_OK && ask.fake.written == 18, "a job in pieces", __FILE__,
                   __LINE__);
        ask_fini(&ask);
    }
}

static void test_what_is_not_ipp_is_answered(void)
{
    static const struct {
        const char *name;
        const char *bytes;
        size_t len;
    } rows[] = {
        { "nothing", "", 0 },
        { "half a head", "\2\0\0\2\0", 5 },
        { "text", "GET / HTTP/1.1\r\n\r\n", 18 },
        { "cut short", "\2\0\0\x0b\0\0\0\1\1\x47\0\x12", 12 },
        { "tag 0", "\2\0\0\x0b\0\0\0\1\0\3", 10 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ask ask;
        ask_init(&ask);
        ask_open(&ask);
        (void)ippd_exchange_feed(ask.exchange, (struct str){ rows[i].bytes, rows[i].len });
        ippd_exchange_end(ask.exchange);
        tap_result(ask_status(&ask) >= 0x0400 && ask.answers == 1, rows[i].name, __FILE__,
                   __LINE__);
        ask_fini(&ask);
    }
}

static void test_a_head_that_is_too_long(void)
{
    struct ask ask;
    ask_init(&ask);
    struct ipp_out *out = ask_begin(&ask, IPP_OP_GET_PRINTER_ATTRIBUTES);
    static char big[30000];
    memset(big, 'a', sizeof(big));
    for (int i = 0; i < 8; i++) {
        ipp_out_text(out, IPP_TAG_OCTETS, i == 0 ? "x" : NULL, (struct str){ big, sizeof(big) });
    }
    CHECK(ask_send(&ask, STR(""), 4096) == IPP_STATUS_REQUEST_ENTITY_TOO_LARGE);
    CHECK(ask.msg.request_id == 7);
    ask_fini(&ask);
}

static void test_the_answer_may_come_late(void)
{
    struct ask ask;
    ask_init(&ask);
    ask.fake.hold_answers = true;
    (void)ask_begin(&ask, IPP_OP_PRINT_JOB);
    CHECK(ask_send(&ask, STR("x"), 9) == 0xffff && ask.answers == 0);
    struct ippd_outcome outcome = { .status = IPP_STATUS_OK, .job = &ask.fake.jobs[0].shown };
    ippd_call_answer(ask.fake.call, &outcome);
    CHECK(ask_status(&ask) == IPP_STATUS_OK);
    CHECK(ipp_msg_int(&ask.msg, IPP_TAG_JOB, "job-state", 0) == IPP_JOB_PENDING);
    ask_fini(&ask);
}

static void test_a_client_that_leaves(void)
{
    struct ask ask;
    ask_init(&ask);
    ask.fake.hold_answers = true;
    (void)ask_begin(&ask, IPP_OP_PRINT_JOB);
    (void)ask_send(&ask, STR("x"), 9);
    ippd_exchange_drop(&ask.exchange); // after the document: it goes on
    CHECK(ask.fake.aborts == 0);
    ippd_call_refuse(ask.fake.call, IPP_STATUS_BUSY, "nobody hears this");
    CHECK(ask.answers == 0);

    (void)ask_begin(&ask, IPP_OP_PRINT_JOB);
    ipp_out_end(&ask.out);
    buf_add(&ask.request, STR("half a docu"));
    ask_open(&ask);
    (void)ippd_exchange_feed(ask.exchange, buf_str(&ask.request));
    ippd_exchange_drop(&ask.exchange); // in the midst of it: it is aborted
    CHECK(ask.fake.aborts == 1 && ask.answers == 0);
    ask_fini(&ask);
}

static void test_an_early_refusal_ends_the_document(void)
{
    struct ask ask;
    ask_init(&ask);
    ask.fake.refuse_early = true;
    (void)ask_begin(&ask, IPP_OP_PRINT_JOB);
    CHECK(ask_send(&ask, STR("a long document, in small pieces"), 4) ==
          IPP_STATUS_REQUEST_ENTITY_TOO_LARGE);
    CHECK(ask.fake.aborts == 0 && ask.fake.written <= 4); // nothing after the refusal
    ask_fini(&ask);
}

static void test_a_sink_that_holds_back(void)
{
    struct ask ask;
    ask_init(&ask);
    ask.fake.hold_back = true;
    (void)ask_begin(&ask, IPP_OP_PRINT_JOB);
    ipp_out_end(&ask.out);
    ask_open(&ask);
    CHECK(ippd_exchange_feed(ask.exchange, buf_str(&ask.request)));
    CHECK(!ippd_exchange_feed(ask.exchange, STR("some")));
    CHECK(ask.rooms == 0);
    ask.fake.hold_back = false;
    ippd_call_room(ask.fake.call);
    CHECK(ask.rooms == 1);
    CHECK(ippd_exchange_feed(ask.exchange, STR("more")));
    ippd_exchange_end(ask.exchange);
    CHECK(ask_status(&ask) == IPP_STATUS_OK && ask.fake.written == 8);
    ask_fini(&ask);
}

static struct buf gzipped(size_t len)
{
    struct buf buf = BUF_CAP(1 << 24);
    unsigned char *plain = calloc(1, len);
    unsigned char *out = malloc(len + 1000);
    z_stream stream = { 0 };
    if (plain == NULL || out == NULL ||
        deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        exit(1);
    }
    stream.next_in = plain;
    stream.avail_in = (uInt)len;
    stream.next_out = out;
    stream.avail_out = (uInt)len + 1000;
    (void)deflate(&stream, Z_FINISH);
    buf_add(&buf, (struct str){ (const char *)out, stream.total_out });
    (void)deflateEnd(&stream);
    free(plain);
    free(out);
    return buf;
}

static void begin_gzip(struct ask *ask)
{
    ipp_out_keyword(ask_begin(ask, IPP_OP_PRINT_JOB), "compression", "gzip");
}

static void test_compressed_documents(void)
{
    struct ask ask;
    ask_init(&ask);
    OWN(buf_free) struct buf small = gzipped(500000);
    begin_gzip(&ask);
    CHECK(ask_send(&ask, buf_str(&small), 13) == IPP_STATUS_OK && ask.fake.written == 500000);
    begin_gzip(&ask);
    CHECK(ask_send(&ask, (struct str){ small.ptr, small.len - 3 }, 100) ==
          IPP_STATUS_COMPRESSION_ERROR);
    CHECK(ask.fake.aborts == 1);
    begin_gzip(&ask);
    CHECK(ask_send(&ask, STR("%PDF-1.4"), 100) == IPP_STATUS_COMPRESSION_ERROR);
    CHECK(ask.fake.aborts == 2);
    ask_fini(&ask);
}

// A small piece that unpacks to much, and a sink that takes one write at a time.
static void test_compression_and_a_sink_that_holds_back(void)
{
    struct ask ask;
    ask_init(&ask);
    OWN(buf_free) struct buf small = gzipped(500000);
    ask.fake.hold_back = true;
    begin_gzip(&ask);
    CHECK(ask_send(&ask, buf_str(&small), 1 << 20) == 0xffff);
    CHECK(ask.fake.written <= IPPD_INFLATE_PIECE); // it was not pushed
    int rounds = 0;
    while (ask.answers == 0 && rounds < 100) {
        ippd_call_room(ask.fake.call);
        rounds++;
    }
    CHECK(ask_status(&ask) == IPP_STATUS_OK && ask.fake.written == 500000 && rounds > 5);
    ask_fini(&ask);
}

int main(void)
{
    test_pieces_of_any_size();
    test_what_is_not_ipp_is_answered();
    test_a_head_that_is_too_long();
    test_the_answer_may_come_late();
    test_a_client_that_leaves();
    test_an_early_refusal_ends_the_document();
    test_a_sink_that_holds_back();
    test_compressed_documents();
    test_compression_and_a_sink_that_holds_back();
    return tap_done();
}
