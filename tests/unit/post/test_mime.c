#include "lib/tap.h"
#include "post/post_int.h"

static void test_addresses(void)
{
    static const struct {
        const char *text;
        const char *address; // NULL: refused
    } rows[] = {
        { "a@example.org", "<a@example.org>" },
        { "Quoin <quoin@example.org>", "<quoin@example.org>" },
        { "M\xc3\xbcller, A. <m@x.org>", "<m@x.org>" },
        { "<m@x.org>", "<m@x.org>" },
        { "", NULL },
        { "a", NULL },
        { "a@", NULL },
        { "@b", NULL },
        { "a@b@c", NULL },
        { "a b@c.d", NULL },
        { "A <a@b> x", NULL },
        { "A <a@b", NULL },
        { "a@b>,<c@d", NULL },
        { "a@b\r\nRCPT TO:<c@d>", NULL },
        { "X\r\nBcc: <c@d> <a@b>", NULL },
        { "a@b,c@d", NULL },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char address[320] = "";
        struct err err = { 0 };
        bool good = post_address_read(rows[i].text, address, &err);
        printf("# row %zu\n", i);
        CHECK(good == (rows[i].address != NULL));
        CHECK(!good || strcmp(address, rows[i].address) == 0);
        CHECK(good || err.code == ERR_INVALID);
    }
}

static bool mail_is(const struct post_mail *mail, const char *want)
{
    OWN(buf_free) struct buf out = BUF_CAP(1 << 20);
    post_mail_write(mail, &out);
    return buf_ok(&out) && strstr(out.ptr, want) != NULL;
}

static void test_a_mail(void)
{
    struct post_mail mail = { .from = "Quoin <q@example.org>",
                              .to = "a@example.org",
                              .subject = "hp1: no paper",
                              .text = "one\ntwo\r\n",
                              .id = "alert-1",
                              .at = 1795348800123 };
    CHECK(mail_is(&mail, "From: =?utf-8?B?UXVvaW4=?= <q@example.org>\r\n"
                         "To: <a@example.org>\r\n"
                         "Subject: =?utf-8?B?aHAxOiBubyBwYXBlcg==?=\r\n"
                         "Date: Sun, 22 Nov 2026 12:00:00 +0000\r\n"
                         "Message-ID: <alert-1@example.org>\r\n"
                         "Auto-Submitted: auto-generated\r\n"));
    CHECK(mail_is(&mail, "\r\n\r\nb25lDQp0d28NCg==\r\n"));
    // What a device says makes no header field, however long or strange it is.
    mail.subject = "x\r\nBcc: evil@example.org";
    CHECK(!mail_is(&mail, "Bcc"));
    char text[900] = "";
    for (size_t i = 0; i + 3 < sizeof(text); i += 3) {
        memcpy(text + i, "\xe2\x82\xac", 4);
    }
    mail.subject = text;
    OWN(buf_free) struct buf out = BUF_CAP(1 << 20);
    post_mail_write(&mail, &out);
    size_t longest = 0;
    for (const char *line = out.ptr; line != NULL; line = strstr(line, "\r\n")) {
        line += line[0] == '\r' ? 2 : 0;
        size_t len = strcspn(line, "\r");
        longest = len > longest ? len : longest;
        if (line[0] == '\0') {
            break;
        }
        line += len;
    }
    CHECK(longest <= 78);
}

int main(void)
{
    test_addresses();
    test_a_mail();
    return tap_done();
}
