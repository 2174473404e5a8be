#include "file.h"

static size_t differences;

static void see(void *arg, enum iana_change change, const struct iana_row *was,
                const struct iana_row *is)
{
    struct iana_row *last = arg;
    (void)change;
    *last = is != NULL ? *is : *was;
    differences++;
}

static void test_what_is_written_is_read_again(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(IANA_ARENA_BYTES);
    OWN(buf_free) struct buf csv = BUF_CAP(IANA_FILE_BYTES_MAX);
    const struct iana_registry *again = NULL;
    enum iana_kind kind = IANA_XML;
    struct iana_row last;
    struct err err;
    iana_write(iana_compiled(), &csv);
    CHECK(buf_ok(&csv));
    CHECK(iana_read(&arena, buf_str(&csv), iana_compiled(), &kind, &again, &err));
    differences = 0;
    CHECK(again != NULL && iana_differ(iana_compiled(), again, see, &last) == 14447);
    CHECK(differences == 0);
    size_t at = 0;
    CHECK(iana_next_of_name(again, STR("Sm-Pas-5"), &at, &last) && last.first == 2942);
    CHECK(strcmp(iana_date(again), "2024-04-30") == 0);
}

// The registry as IANA's XML has it, to be read as what it was.
static void add_xml_text(struct buf *xml, const char *element, const char *text)
{
    if (text[0] == '\0') {
        return;
    }
    buf_addf(xml, "<%s>", element);
    for (const char *at = text; *at != '\0'; at++) {
        buf_add(xml, *at == '&'   ? STR("&amp;")
                     : *at == '<' ? STR("&#x3c;")
                     : *at == '>' ? STR("&#62;")
                                  : (struct str){ at, 1 });
    }
    buf_addf(xml, "</%s>\n", element);
}

static void add_xml(struct buf *xml, const struct iana_row *row)
{
    buf_addf(xml, "<record date=\"%s\" updated=\"%s\">\n", row->text[IANA_REGISTERED],
             row->text[IANA_MODIFIED]);
    add_xml_text(xml, "name", row->text[IANA_NAME]);
    if (row->has_port) {
        buf_addf(xml, row->first == row->last ? "<number>%u</number>" : "<number>%u-%u</number>",
                 row->first, row->last);
    }
    add_xml_text(xml, "protocol", iana_transport_name(row->transport));
    add_xml_text(xml, "description", row->text[IANA_DESCRIPTION]);
    add_xml_text(xml, "assignee", row->text[IANA_ASSIGNEE]);
    add_xml_text(xml, "contact", row->text[IANA_CONTACT]);
    if (strcmp(row->text[IANA_REFERENCE], "[RFC6335]") == 0) {
        buf_addf(xml, "<xref type=\"rfc\" data=\"rfc6335\"/>");
    }
    add_xml_text(xml, "code", row->text[IANA_CODE]);
    add_xml_text(xml, "unauth", row->text[IANA_UNAUTHORIZED]);
    add_xml_text(xml, "note", row->text[IANA_NOTES]);
    buf_addf(xml, "</record>\n");
}

static void test_xml_is_read_as_the_csv(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(IANA_ARENA_BYTES);
    OWN(buf_free) struct buf xml = BUF_CAP(IANA_FILE_BYTES_MAX);
    const struct iana_registry *is = NULL;
    enum iana_kind kind = IANA_CSV;
    struct err err = { .text = "" };
    struct iana_row row;
    buf_addf(&xml, "<?xml version='1.0' encoding='UTF-8'?>\n<!-- a comment -->\n"
                   "<registry xmlns=\"http://www.iana.org/assignments\" "
                   "id=\"service-names-port-numbers\"><updated>2026-08-17</updated>\n");
    for (size_t i = 0; i < iana_count(iana_compiled()); i++) {
        iana_get(iana_compiled(), i, &row);
        add_xml(&xml, &row);
    }
    buf_addf(&xml, "<people><person id=\"x\"><name>A Person</name></person></people></registry>\n");
    CHECK(iana_read(&arena, buf_str(&xml), iana_compiled(), &kind, &is, &err));
    printf("# %s\n", err.text);
    CHECK(kind == IANA_XML && is != NULL && iana_count(is) == 14447);
    CHECK(strcmp(iana_date(is), "2026-08-17") == 0);
    size_t at = 0;
    CHECK(iana_next_of_port(is, 2942, &at, &row));
    CHECK_STR(str_of(row.text[IANA_ASSIGNEE]), "[Tom_Haapanen]");
    at = 0;
    CHECK(iana_next_of_port(is, 515, &at, &row));
    CHECK_STR(str_of(row.text[IANA_DESCRIPTION]), "spooler");
}

static void test_json_is_laid_over_what_is_known(void)
{
    static const char json[] =
        "{ \"2942/tcp\":[\"sm-pas-5\",\"SM-PAS-5, renamed\"], \"9195/tcp\": [\"new\\u00e9\", "
        "\"N\"],\n"
        "\"2940/udp\":[\"taken\",\"by another\"], \"4/tcp\":[\"\",\"Unassigned\"] }\n";
    OWN(arena_free) struct arena arena = ARENA_CAP(IANA_ARENA_BYTES);
    const struct iana_registry *is = NULL;
    enum iana_kind kind = IANA_CSV;
    struct err err = { .text = "" };
    struct iana_row row;
    CHECK(iana_read(&arena, STR(json), iana_compiled(), &kind, &is, &err));
    printf("# %s\n", err.text);
    differences = 0;
    CHECK(kind == IANA_JSON && is != NULL);
    // One renamed, one new, one that lost its name to another.
    CHECK(iana_differ(iana_compiled(), is, see, &row) == 14445 && differences == 4);
    size_t at = 0;
    CHECK(iana_next_of_port(is, 2942, &at, &row));
    CHECK_STR(str_of(row.text[IANA_DESCRIPTION]), "SM-PAS-5, renamed");
    CHECK_STR(str_of(row.text[IANA_ASSIGNEE]), "[Tom_Haapanen]");
    at = 0;
    bool found = false;
    while (iana_next_of_port(is, 9195, &at, &row)) {
        found = found || strcmp(row.text[IANA_NAME], "new\xc3\xa9") == 0;
    }
    CHECK(found);
}

static void test_a_bad_file_is_refused_whole(void)
{
    static const char titles[] =
        "Service Name,Port Number,Transport Protocol,Description,Assignee,Contact,Registration "
        "Date,Modification Date,Reference,Service Code,Unauthorized Use Reported,Assignment "
        "Notes\r\n";
    static const struct {
        const char *bytes;
        bool with_titles;
    } cases[] = {
        { "", false },
        { "a,b,c\n", false },
        { "\xff\xfe", false },
        { "x,1,tcp,,,,,,,,,\r\n", true }, // a piece of a file
        { "x,70000,tcp,,,,,,,,,\r\n", true },
        { "x,9-2,tcp,,,,,,,,,\r\n", true },
        { "x,-,tcp,,,,,,,,,\r\n", true },
        { "x,1,smtp,,,,,,,,,\r\n", true },
        { ",,tcp,,,,,,,,,\r\n", true },
        { "x,1,tcp\r\n", true },
        { "\"x,1,tcp,,,,,,,,,\r\n", true },
        { "<registry id=\"another\"></registry>", false },
        { "<registry id=\"service-names-port-numbers\"><record><name>x</name>", false },
        { "<registry id=\"service-names-port-numbers\"><record></registry></record>", false },
        { "<!DOCTYPE a [<!ENTITY b \"c\">]><registry id=\"service-names-port-numbers\"/>", false },
        { "<registry id=\"service-names-port-numbers\">&b;</registry>", false },
        { "<registry id=\"service-names-port-numbers\"/>", false },
        { "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>", false },
        { "<", false },
        { "<>", false },
        { "{", false },
        { "{}", false },
        { "{\"2940\":[\"a\",\"b\"]}", false },
        { "{\"2940/tcp\":[\"a\"]}", false },
        { "{\"2940/tcp\":[\"a\",\"\\ud800\"]}", false },
        { "{\"2940/tcp\":[\"a\",\"b\"]", false },
        { "{\"2940/tcp\":[\"a\",\"b\"]} x", false },
        { "{\"2940/tcp\":[\"a\",\"b\n\"]}", false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(IANA_ARENA_BYTES);
        OWN(buf_free) struct buf bytes = BUF_CAP(8192);
        const struct iana_registry *registry = NULL;
        enum iana_kind kind = IANA_CSV;
        struct err err = { .text = "" };
        buf_addf(&bytes, "%s%s", cases[i].with_titles ? titles : "", cases[i].bytes);
        bool taken = iana_read(&arena, buf_str(&bytes), iana_compiled(), &kind, &registry, &err);
        CHECK(!taken && registry == NULL && err.text[0] != '\0');
        printf("# %s\n", err.text);
    }
}

int main(void)
{
    test_what_is_written_is_read_again();
    test_xml_is_read_as_the_csv();
    test_json_is_laid_over_what_is_known();
    test_a_bad_file_is_refused_whole();
    return tap_done();
}
