// What drivers of the field say of whose a document is; what they ask is answered; pieces of any
// size come to the same.

#include "dre/pjl_head.h"

#include "lib/tap.h"

#define UEL "\x1b%-12345X"

static const struct {
    const char *sent;
    const char *user;
    const char *title;
    const char *answer;
    bool has_document;
} rows[] = {
    { "", "", "", "", false },
    { UEL, "", "", "", false },
    { "\r\n \0", "", "", "", false },
    { "%PDF-1.7\n@PJL SET USERNAME=\"eve\"\n", "", "", "", true },
    { UEL "@PJL\r\n@PJL SET USERNAME=\"mary\"\r\n@PJL JOB NAME=\"A title\" DISPLAY=\"x\"\r\n"
          "@PJL ENTER LANGUAGE=PCL\r\n\x1b"
          "E",
      "mary", "A title", "", true },
    { "@PJL set username = mary\n@PJL SET JOBNAME=\"Better\"\n@PJL JOB NAME=\"Worse\"\n", "mary",
      "Better", "", false },
    { "@PJL SET JOBATTR=\"JobAcct1=mary\"\n@PJL SET JOBATTR=\"JobAcct2=host\"\n"
      "@PJL SET JOBATTR=\"JobAcct4=20261122\"\n",
      "mary", "", "", false },
    { "@PJL SET JOBATTR=\"JobAcct8=mary\"\n@PJL SET JOBATTR=\"JobAcct1=anna\"\n", "anna", "", "",
      false },
    { "@PJL COMMENT \"Username: mary; App Filename: Report - Word; 11-22-2026\"\n", "mary",
      "Report - Word", "", false },
    { "@PJL COMMENT OID_ATT_JOB_OWNER \"mary\"\n@PJL COMMENT OID_ATT_JOB_NAME \"Plan\"\n", "mary",
      "Plan", "", false },
    { "@PJL COMMENT free text\n@PJL LJOBINFO USERID = \"mary\" HOSTID = \"h\"\n", "mary", "", "",
      false },
    { "@PJL SET KMUSERNAME=\"mary\"\n@PJL SET USERNAME=\"anna\"\n", "anna", "", "", false },
    { "@PJL SET USERNAME=\"\"\n@PJL SET USERID=\"mary\"\n", "mary", "", "", false },
    { UEL "@PJL ECHO now 1 2\r\n" UEL, "", "", "@PJL ECHO now 1 2\r\n\f", false },
    { UEL "@PJL INFO STATUS\r\n" UEL, "", "",
      "@PJL INFO STATUS\r\nCODE=10001\r\nDISPLAY=\"Ready\"\r\nONLINE=TRUE\r\n\f", false },
    { "@PJL INFO ID\n", "", "", "@PJL INFO ID\r\n\"Quoin\"\r\n\f", false },
    { "@PJL INFO PAGECOUNT\n", "", "", "@PJL INFO PAGECOUNT\r\n\"?\"\r\n\f", false },
    { "@PJL DINQUIRE DUPLEX\n", "", "", "@PJL DINQUIRE DUPLEX\r\n\"?\"\r\n\f", false },
    { "@PJL USTATUS DEVICE = ON\n@PJL USTATUS JOB = ON\n@PJL USTATUS DEVICE=OFF\n", "", "",
      "@PJL USTATUS DEVICE\r\nCODE=10001\r\nDISPLAY=\"Ready\"\r\nONLINE=TRUE\r\n\f", false },
    { "@PJL ENTER LANGUAGE=PDF\n%PDF\x1b%-123\x1b%-12345X@PJL EOJ\n@PJL ECHO end\n" UEL, "", "",
      "@PJL ECHO end\r\n\f", true },
    { "@PJL ECHO without an end", "", "", "@PJL ECHO without an end\r\n\f", false },
    { "@PJ", "", "", "", true },
};

static void feed(size_t row, size_t piece)
{
    OWN(buf_free) struct buf answer = BUF_CAP(64 << 10);
    struct pjl_head head = dre_pjl_head_of();
    size_t len = strlen(rows[row].sent);
    for (size_t at = 0; at < len; at += piece) {
        size_t take = len - at < piece ? len - at : piece;
        dre_pjl_head_feed(&head, (struct str){ rows[row].sent + at, take }, &answer);
    }
    dre_pjl_head_end(&head, &answer);
    bool good = strcmp(head.user, rows[row].user) == 0 &&
                strcmp(head.title, rows[row].title) == 0 &&
                str_eq(buf_str(&answer), str_of(rows[row].answer)) &&
                head.has_document == rows[row].has_document;
    if (!good) {
        printf("# row %zu, pieces of %zu: \"%s\" \"%s\" %d\n", row, piece, head.user, head.title,
               head.has_document);
    }
    CHECK(good);
    dre_pjl_head_free(&head);
}

static void test_who_asks_for_ever_gets_no_more(void)
{
    OWN(buf_free) struct buf answer = BUF_CAP(1 << 20);
    struct pjl_head head = dre_pjl_head_of();
    for (int i = 0; i < 10000; i++) {
        dre_pjl_head_feed(&head, STR("@PJL INFO STATUS\r\n"), &answer);
    }
    CHECK(answer.len > 1000 && answer.len < PJL_HEAD_ANSWERS_MAX + PJL_HEAD_LINE_MAX);
    dre_pjl_head_free(&head);
}

static void test_a_line_without_an_end_is_a_document(void)
{
    OWN(buf_free) struct buf answer = BUF_CAP(1 << 20);
    struct pjl_head head = dre_pjl_head_of();
    dre_pjl_head_feed(&head, STR("@PJL COMMENT "), &answer);
    for (int i = 0; i < 10000; i++) {
        dre_pjl_head_feed(&head, STR("xxxxxxxxxx"), &answer);
    }
    CHECK(head.has_document && answer.len == 0 && head.user[0] == '\0');
    dre_pjl_head_free(&head);
}

int main(void)
{
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        feed(row, 1);
        feed(row, 7);
        feed(row, 1000);
    }
    test_who_asks_for_ever_gets_no_more();
    test_a_line_without_an_end_is_a_document();
    return tap_done();
}
