#include "lib/tap.h"
#include "post/post_int.h"

// The example of the specification (Standard Webhooks 1.0, "Verifying signatures").
static void test_the_example(void)
{
    struct post_hook hook = { .secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                              .id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
                              .at = 1614265330000,
                              .body = STR("{\"test\": 2432232314}") };
    OWN(buf_free) struct buf out = BUF_CAP(1000);
    struct err err = { 0 };
    CHECK(post_hook_sign(&hook, &out, &err));
    CHECK_STR(buf_str(&out), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void test_what_may_be_a_target(void)
{
    static const struct {
        const char *url;
        const char *secret;
        bool good;
    } rows[] = {
        { "https://example.org/hook", NULL, true },
        { "http://127.0.0.1:8080/", "0123456789abcdef01234567", true },
        { "https://example.org/hook", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", true },
        { "https://example.org/hook", "short", false },
        { "https://example.org/hook", "whsec_not base64 at all, no!", false },
        { "file:///etc/passwd", NULL, false },
        { "gopher://example.org/", NULL, false },
        { "https://user:secret@example.org/", NULL, false },
        { "https://user@example.org/", NULL, false },
        { "https://", NULL, false },
        { "example.org", NULL, false },
        { "https://example.org/\r\nX: y", NULL, false },
        { "", NULL, false },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err err = { 0 };
        printf("# %zu\n", i);
        CHECK(post_hook_check(rows[i].url, rows[i].secret, &err) == rows[i].good);
        CHECK(rows[i].good || (err.code == ERR_INVALID && err.text[0] != '\0'));
    }
}

int main(void)
{
    test_the_example();
    test_what_may_be_a_target();
    return tap_done();
}
