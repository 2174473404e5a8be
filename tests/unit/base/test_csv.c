// Records as RFC 4180 has them and as spreadsheets write them; wrong ones are named by their line.
#include "base/csv.h"

#include "lib/tap.h"

static struct csv_record record;
static struct err err;

// All records, fields between '|', records between '/'; "!" for a wrong one.
static const char *read_all(const char *bytes, size_t len)
{
    static char out[4096];
    struct csv csv;
    struct str left = { bytes, len };
    size_t used = 0;
    out[0] = '\0';
    if (!csv_begin(&csv, &left, &err)) {
        return "begin";
    }
    for (;;) {
        enum csv_found found = csv_next(&csv, &left, true, &record, &err);
        if (found == CSV_END) {
            return out;
        }
        if (found != CSV_RECORD) {
            out[used++] = found == CSV_WRONG ? '!' : '?';
        }
        for (size_t i = 0; found == CSV_RECORD && i < record.count; i++) {
            memcpy(out + used, record.fields[i].ptr, record.fields[i].len);
            used += record.fields[i].len;
            out[used++] = i + 1 < record.count ? '|' : '/';
        }
        out[used] = '\0';
    }
}

static void test_reading(void)
{
    static const struct {
        const char *bytes;
        const char *read;
    } cases[] = {
        { "a,b\r\n1,2\r\n", "a|b/1|2/" },
        { "a;b\n1;2", "a|b/1|2/" },
        { "a\tb\r1\t2\r", "a|b/1|2/" },
        { "\xef\xbb\xbf"
          "a,b\n",
          "a|b/" },
        { "sep=;\r\na,x;b\r\n", "a,x|b/" },
        { "sep=\r\na,b\n", "sep=/a|b/" }, // a line end separates nothing
        { "\"a,b\",\"c\"\"d\"\n", "a,b|c\"d/" },
        { "\"a;b\",c\n", "a;b|c/" }, // a separator in quotes is not counted
        { "\"two\nlines\",x\ny,z\n", "two\nlines|x/y|z/" },
        { "a,\n,b\n,\n", "a|/|b/|/" },
        { "\n\r\na\n\n\n", "a/" },
        { "", "" },
        { "'=1+1,'-x,'a,''b\n", "=1+1|-x|'a|'b/" },
        { "a,b\"c\nd,e\n", "!d|e/" },
        { "\"a\"b,c\nd,e\n", "!d|e/" },
        { "a\n\"open,b\nc\n", "a/!" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *read = read_all(cases[i].bytes, strlen(cases[i].bytes));
        tap_result(strcmp(read, cases[i].read) == 0, cases[i].read, __FILE__, __LINE__);
        if (strcmp(read, cases[i].read) != 0) {
            printf("# %s\n", read);
        }
    }
    CHECK(strcmp(read_all("\xff\xfe"
                          "a\0",
                          4),
                 "begin") == 0);
    CHECK(strcmp(read_all("a\0b\nc\n", 6), "!c/") == 0);
}

static void test_lines_are_counted(void)
{
    static const char text[] = "a,b\r\n\r\n\"x\r\ny\",z\nlast,1\n";
    struct csv csv;
    struct str left = STR(text);
    CHECK(csv_begin(&csv, &left, &err));
    CHECK(csv_next(&csv, &left, true, &record, &err) == CSV_RECORD && record.line == 1);
    CHECK(csv_next(&csv, &left, true, &record, &err) == CSV_RECORD && record.line == 3);
    CHECK(csv_next(&csv, &left, true, &record, &err) == CSV_RECORD && record.line == 5);
    CHECK(csv_next(&csv, &left, true, &record, &err) == CSV_END);
}

static void test_what_is_not_whole_waits_for_more(void)
{
    static const char text[] = "a,\"b\nc\"\r\n";
    struct csv csv = { .separator = ',', .line = 1 };
    for (size_t len = 0; len < sizeof(text) - 1; len++) {
        struct str part = { text, len };
        CHECK(csv_next(&csv, &part, false, &record, &err) == CSV_MORE && part.ptr == text);
    }
    struct str all = STR(text);
    CHECK(csv_next(&csv, &all, false, &record, &err) == CSV_RECORD && all.len == 0);
}

static void test_bounds(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(1 << 20);
    struct csv csv = { .separator = ',', .line = 1 };
    for (int i = 0; i < CSV_FIELDS_MAX; i++) {
        buf_add(&buf, STR("x,"));
    }
    buf_add(&buf, STR("x\nnext\n"));
    struct str left = buf_str(&buf);
    CHECK(csv_next(&csv, &left, true, &record, &err) == CSV_WRONG);
    CHECK(csv_next(&csv, &left, true, &record, &err) == CSV_RECORD && record.line == 2);
    buf_free(&buf);
    buf = BUF_CAP(1 << 20);
    buf_add(&buf, STR("\""));
    for (int i = 0; i < CSV_RECORD_MAX; i++) {
        buf_add(&buf, STR("y"));
    }
    left = buf_str(&buf);
    CHECK(csv_next(&csv, &left, false, &record, &err) == CSV_WRONG && left.len == 0);
}

static void test_writing_is_the_reverse(void)
{
    static const struct {
        const char *field;
        const char *written;
    } cases[] = { { "plain", "plain" },   { "a,b", "\"a,b\"" },   { "a\"b", "\"a\"\"b\"" },
                  { " x", "\" x\"" },     { "=1+1", "'=1+1" },    { "@cmd", "'@cmd" },
                  { "-2.50", "-2.50" },   { "-2+3", "'-2+3" },    { "+", "'+" },
                  { "'=x", "''=x" },      { "'x", "'x" },         { "''x", "'''x" },
                  { "\ttab", "'\ttab" },  { "a\nb", "\"a\nb\"" }, { "", "" },
                  { "-1.2.3", "'-1.2.3" } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(buf_free) struct buf buf = BUF_CAP(4096);
        struct csv csv = { .separator = ',', .line = 1 };
        csv_add(&buf, ',', true, str_of(cases[i].field));
        CHECK(str_eq(buf_str(&buf), str_of(cases[i].written)));
        csv_add(&buf, ',', false, STR("x"));
        csv_add_end(&buf);
        struct str left = buf_str(&buf);
        CHECK(csv_next(&csv, &left, true, &record, &err) == CSV_RECORD && record.count == 2);
        CHECK(str_eq(record.fields[0], str_of(cases[i].field)));
    }
}

int main(void)
{
    test_reading();
    test_lines_are_counted();
    test_what_is_not_whole_waits_for_more();
    test_bounds();
    test_writing_is_the_reverse();
    return tap_done();
}
