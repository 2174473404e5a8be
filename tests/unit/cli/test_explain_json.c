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
    cli_explain_json(&out, &detail, NULL, NULL, NULL);
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
    cli_explain_json(&out, &detail, &entries, NULL, "elder");
    CHECK(has(&out, "\"user_now\":\"elder\"") && has(&out, "\"sequence\":9"));
    CHECK(has(&out, "\"amount\":\"0.12345\""));
    CHECK(has(&out, "\"hash\":\"ab01\""));
    CHECK(has(&out, "\"observed\":4"));
}

static void test_pages_parts_and_copies_are_told(void)
{
    Quoin__V1__Job job = QUOIN__V1__JOB__INIT;
    Quoin__V1__JobDetail detail = QUOIN__V1__JOB_DETAIL__INIT;
    Quoin__V1__DocumentFacts facts = QUOIN__V1__DOCUMENT_FACTS__INIT;
    Quoin__V1__PageRun run = QUOIN__V1__PAGE_RUN__INIT;
    Quoin__V1__PageRun *runs[] = { &run };
    Quoin__V1__DocumentPart part = QUOIN__V1__DOCUMENT_PART__INIT;
    Quoin__V1__DocumentPart *parts[] = { &part };
    Quoin__V1__PageClass class = QUOIN__V1__PAGE_CLASS__INIT;
    Quoin__V1__PageClass *classes[] = { &class };
    OWN(buf_free) struct buf out = BUF_CAP(1 << 20);
    run.count = 3;
    run.copies = 2;
    run.sides = 3;
    run.nominal_color = true;
    run.place_kind = QUOIN__V1__PLACE__PLACE_BYTE;
    run.place = 77;
    part.runs = 1;
    part.copies = 5;
    class.size = 1;
    class.blank = true;
    class.sheets = 4;
    facts.pages = runs;
    facts.n_pages = 1;
    facts.parts = parts;
    facts.n_parts = 1;
    facts.copies = 1;
    job.copies = 7;
    detail.job = &job;
    detail.facts = &facts;
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    work.classes = classes;
    work.n_classes = 1;
    detail.work = &work;
    detail.computed = 210;
    cli_explain_json(&out, &detail, NULL, NULL, NULL);
    static const char *const wanted[] = {
        "\"copies_by\":{\"job\":7,\"parts\":[5],\"page_most\":2}",
        "\"page_counts\":{\"document\":3,\"color\":0,\"nominal_color\":3,\"blank\":0,\"parts\":1,"
        "\"impressions\":210}",
        "\"nominal_color\":true",
        "\"sides\":\"two-sided-short-edge\"",
        "\"at_byte\":77",
        "\"pages\":3,\"copies\":5",
        "\"size\":\"normal\",\"color\":false,\"blank\":true,\"two_sided\":false,\"pages\":0,"
        "\"sheets\":4",
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        tap_result(has(&out, wanted[i]), wanted[i], __FILE__, __LINE__);
    }
}

int main(void)
{
    test_pages_parts_and_copies_are_told();
    test_what_is_not_known_is_null();
    test_entries_are_told_with_their_hash();
    return tap_done();
}
