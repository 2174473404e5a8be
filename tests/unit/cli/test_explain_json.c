#include "base/str.h"
#include "cli/explain_json.h"
#include "lib/tap.h"

static bool has(const struct buf *buf, const char *words)
{
    return memmem(buf->ptr, buf->len, words, strlen(words)) != NULL;
}

static void test_what_is_not_known_is_null(void)
{
    Quoin__V1__Job job = QUOIN__V1__JOB__INIT;
    Quoin__V1__JobDetail detail = QUOIN__V1__JOB_DETAIL__INIT;
    OWN(buf_free) struct buf out = BUF_CAP(1 << 20);
    job.id = 3;
    detail.job = &job;
    cli_explain_json(&out, &detail, NULL);
    static const char *const wanted[] = { "\"id\":3",          "\"facts\":null",
                                          "\"observed\":null", "\"reservation\":null",
                                          "\"entries\":null",  "\"settlement\":null",
                                          "\"cost\":\"0.00\"", "\"completed_at\":null" };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        tap_result(has(&out, wanted[i]), wanted[i], __FILE__, __LINE__);
    }
    CHECK(out.ptr[out.len - 1] == '\n');
}

static void test_entries_are_told_with_their_hash(void)
{
    static uint8_t hash[] = { 0xab, 0x01 };
    Quoin__V1__Entry entry = QUOIN__V1__ENTRY__INIT;
    Quoin__V1__Entry *list[] = { &entry };
    Quoin__V1__ListEntriesReply entries = QUOIN__V1__LIST_ENTRIES_REPLY__INIT;
    Quoin__V1__Job job = QUOIN__V1__JOB__INIT;
    Quoin__V1__JobDetail detail = QUOIN__V1__JOB_DETAIL__INIT;
    OWN(buf_free) struct buf out = BUF_CAP(1 << 20);
    entry.sequence = 9;
    entry.amount = 12345;
    entry.hash = (ProtobufCBinaryData){ sizeof(hash), hash };
    entries.entries = list;
    entries.n_entries = 1;
    detail.job = &job;
    detail.observed_known = true;
    detail.observed = 4;
    cli_explain_json(&out, &detail, &entries);
    CHECK(has(&out, "\"sequence\":9"));
    CHECK(has(&out, "\"amount\":\"0.12345\""));
    CHECK(has(&out, "\"hash\":\"ab01\""));
    CHECK(has(&out, "\"observed\":4"));
}

int main(void)
{
    test_what_is_not_known_is_null();
    test_entries_are_told_with_their_hash();
    return tap_done();
}
