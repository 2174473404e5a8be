// A job's options as CUPS writes them, and what of them goes on.
#include "cupsd/options.h"

#include "ipp/limit.h"
#include "lib/tap.h"

static void test_reading(void)
{
    static const struct {
        const char *text;
        const char *name;
        const char *value;
    } rows[] = {
        { "sides=two-sided-long-edge", "sides", "two-sided-long-edge" },
        { "  a=1\tsides=x  ", "sides", "x" },
        { "fit-to-page", "fit-to-page", "true" },
        { "nocollate", "collate", "false" },
        { "job-name='a b\\'c' x", "job-name", "a b'c" },
        { "job-name=\"a 'b'\" x", "job-name", "a 'b'" },
        { "job-name=a\\ b x", "job-name", "a b" },
        { "media-col={media-size={x-dimension=1 y=2} t=a} x", "media-col",
          "{media-size={x-dimension=1 y=2} t=a}" },
        { "a='not ended", "a", "not ended" },
        { "a={not ended", "a", "{not ended" },
        { "a=}b", "a", "}b" },
        { "a=", "a", "" },
        { "a=1 a=2", "a", "1" },
        { "a=b\\", "a", "b\\" },
    };
    for (size_t at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
        struct cupsd_option option;
        bool found = cupsd_options_find(str_of(rows[at].text), rows[at].name, &option);
        tap_result(found && strcmp(option.value, rows[at].value) == 0, rows[at].text, __FILE__,
                   __LINE__);
    }
    struct cupsd_option option;
    CHECK(!cupsd_options_find(STR(""), "a", &option));
    CHECK(!cupsd_options_find(STR("b=a"), "a", &option));
    char text[CUPSD_OPTION_MAX + 10] = "a=";
    memset(text + 2, 'x', CUPSD_OPTION_MAX + 1);
    CHECK(cupsd_options_find((struct str){ text, CUPSD_OPTION_MAX + 3 }, "a", &option));
    CHECK(option.value[0] == '\0'); // too long: nothing
    CHECK(cupsd_options_find((struct str){ text, CUPSD_OPTION_MAX + 2 }, "a", &option));
    CHECK(strlen(option.value) == CUPSD_OPTION_MAX);
}

struct written {
    struct arena arena;
    struct buf buf;
    struct ipp_msg msg;
};

static void write_message(struct written *written, const char *text, uint32_t copies)
{
    struct err err;
    *written = (struct written){ .arena = ARENA_CAP(1 << 20), .buf = BUF_CAP(1 << 16) };
    struct ipp_out out = ipp_out_of(&written->buf);
    ipp_out_head(&out, 2, 0, 2, 1);
    cupsd_options_write(str_of(text), copies, &out);
    ipp_out_end(&out);
    CHECK(ipp_out_ok(&out) && ipp_msg_decode(buf_str(&written->buf), &IPP_CAPS_REQUEST,
                                             &written->arena, &written->msg, &err));
}

static void written_free(struct written *written)
{
    arena_free(&written->arena);
    buf_free(&written->buf);
}

static bool says(const char *options, const char *name, const char *value)
{
    struct written written;
    write_message(&written, options, 1);
    bool good = str_eq(ipp_msg_text(&written.msg, IPP_TAG_JOB, name), str_of(value));
    written_free(&written);
    return good;
}

static void test_writing(void)
{
    CHECK(says("sides=two-sided-long-edge", "sides", "two-sided-long-edge"));
    CHECK(says("Duplex=DuplexTumble", "sides", "two-sided-short-edge"));
    CHECK(says("sides=one-sided Duplex=DuplexTumble", "sides", "one-sided"));
    CHECK(says("sides='; rm' Duplex=None", "sides", "one-sided"));
    CHECK(says("ColorModel=Gray", "print-color-mode", "monochrome"));
    CHECK(says("media=A4", "media", "iso_a4_210x297mm"));
    CHECK(says("media=iso_a4_210x297mm", "media", "iso_a4_210x297mm"));
    CHECK(says("media=Custom.1x1", "media", ""));
    CHECK(says("job-account-id='code:A 1'", "job-account-id", "code:A 1"));
    CHECK(says("job-account-id='a\nb'", "job-account-id", ""));
    CHECK(says("requesting-user-name=root printer-uri=ipp://x", "requesting-user-name", ""));
    struct written written;
    write_message(&written, "number-up=4 page-ranges=1-2,7,9- finishings=3,20 print-quality=x", 3);
    CHECK(ipp_msg_int(&written.msg, IPP_TAG_JOB, "copies", 0) == 3);
    CHECK(ipp_msg_int(&written.msg, IPP_TAG_JOB, "number-up", 0) == 4);
    const struct ipp_attr *ranges =
        ipp_msg_find(&written.msg, IPP_TAG_JOB, "page-ranges", IPP_TAG_RANGE);
    CHECK(ranges != NULL && ranges->count == 3 && ranges->values->next->range.lower == 7);
    const struct ipp_attr *finishings =
        ipp_msg_find(&written.msg, IPP_TAG_JOB, "finishings", IPP_TAG_ENUM);
    CHECK(finishings != NULL && finishings->count == 2);
    CHECK(ipp_msg_find(&written.msg, IPP_TAG_JOB, "print-quality", IPP_TAG_NONE) == NULL);
    written_free(&written);
    write_message(&written, "page-ranges=1-2,oops copies=9", 1);
    CHECK(ipp_msg_find(&written.msg, IPP_TAG_JOB, "page-ranges", IPP_TAG_NONE) == NULL);
    CHECK(ipp_msg_find(&written.msg, IPP_TAG_JOB, "copies", IPP_TAG_NONE) == NULL);
    written_free(&written);
}

int main(void)
{
    test_reading();
    test_writing();
    return tap_done();
}
