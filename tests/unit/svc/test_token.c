// A join token is read as it was written, and only as it was written.
#include "svc/token.h"

#include "lib/tap.h"

static void test_there_and_back(void)
{
    struct svc_token token;
    struct svc_token again;
    struct err err;
    char text[SVC_TOKEN_LEN + 1];
    char padded[SVC_TOKEN_LEN + 8];
    svc_token_new(&token);
    svc_token_write(&token, text);
    CHECK(strlen(text) == SVC_TOKEN_LEN);
    (void)snprintf(padded, sizeof(padded), " %s\r\n\t", text);
    CHECK(svc_token_read(str_of(padded), &again, &err));
    CHECK(memcmp(&token, &again, sizeof(token)) == 0);
    for (size_t i = 0; i < SVC_TOKEN_LEN; i++) {
        char was = text[i];
        text[i] = 'x';
        CHECK(!svc_token_read(str_of(text), &again, &err) || was == 'x');
        text[i] = was;
        CHECK(!svc_token_read((struct str){ text, i }, &again, &err));
    }
    CHECK(err.code == ERR_INVALID);
    struct svc_token other;
    svc_token_new(&other);
    CHECK(memcmp(&token, &other, sizeof(token)) != 0);
    svc_token_wipe(&token);
    CHECK(token.id[0] == '\0');
}

int main(void)
{
    test_there_and_back();
    return tap_done();
}
