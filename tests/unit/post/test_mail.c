#include "lib/tap.h"
#include "post/post_int.h"

static void test_what_may_be_a_target(void)
{
    static const struct {
        const char *server;
        const char *from;
        const char *to;
        bool good;
    } rows[] = {
        { "smtp://mail.example.org", "q@example.org", "a@example.org", true },
        { "smtps://mail.example.org:465", "Quoin <q@example.org>", "A <a@example.org>", true },
        { "smtp://mail.example.org:587", "q@example.org", "nobody", false },
        { "smtp://mail.example.org:587", "", "a@example.org", false },
        { "https://mail.example.org", "q@example.org", "a@example.org", false },
        { "smtp://u:p@mail.example.org", "q@example.org", "a@example.org", false },
        { "mail.example.org", "q@example.org", "a@example.org", false },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err err = { 0 };
        printf("# %zu\n", i);
        CHECK(post_mail_check(rows[i].server, rows[i].from, rows[i].to, &err) == rows[i].good);
        CHECK(rows[i].good || (err.code == ERR_INVALID && err.text[0] != '\0'));
    }
}

static void test_what_is_refused_before_a_server_is_called(void)
{
    struct post_answer answer;
    struct err err = { 0 };
    struct post_mail mail = { .server = "smtp://127.0.0.1:1",
                              .user = "u",
                              .password = "p",
                              .from = "q@example.org",
                              .to = "a@example.org",
                              .subject = "s",
                              .text = "t",
                              .id = "i" };
    CHECK(!post_mail_send(&mail, &answer, &err) && err.code == ERR_INVALID);
    CHECK(strstr(err.text, "TLS") != NULL && !answer.again);
    mail.id = "i\r\nX: y";
    CHECK(!post_mail_send(&mail, &answer, &err) && err.code == ERR_INVALID);
    mail.id = "i";
    mail.user = NULL;
    err = (struct err){ 0 };
    CHECK(!post_mail_send(&mail, &answer, &err) && err.code == ERR_UNAVAILABLE && answer.again);
}

int main(void)
{
    struct err err;
    CHECK(post_start(&err));
    test_what_may_be_a_target();
    test_what_is_refused_before_a_server_is_called();
    return tap_done();
}
