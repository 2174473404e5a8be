// What is needed to ask a device, and what the refusals say.
#include "snmp/snmp_int.h"

#include "lib/tap.h"

static void test_words(void)
{
    struct err err;
    enum snmp_version version = SNMP_ASK_V1;
    enum snmp_auth auth = SNMP_AUTH_NONE;
    enum snmp_privacy privacy = SNMP_PRIVACY_NONE;
    CHECK(snmp_version_read(STR(""), &version, &err) && version == SNMP_ASK_V2C);
    CHECK(snmp_version_read(STR("2C"), &version, &err) && version == SNMP_ASK_V2C);
    CHECK(snmp_version_read(STR("1"), &version, &err) && version == SNMP_ASK_V1);
    CHECK(snmp_version_read(STR("3"), &version, &err) && version == SNMP_ASK_V3);
    CHECK(!snmp_version_read(STR("4"), &version, &err) && version == SNMP_ASK_V3);
    CHECK(snmp_auth_read(STR("sha-256"), &auth, &err) && auth == SNMP_AUTH_SHA256);
    CHECK(!snmp_auth_read(STR("SHA-1024"), &auth, &err) && strstr(err.text, "SHA-512") != NULL);
    CHECK(snmp_privacy_read(STR("AES"), &privacy, &err) && privacy == SNMP_PRIVACY_AES);
    CHECK(!snmp_privacy_read(STR("ROT13"), &privacy, &err));
}

static void test_what_is_missing_is_named(void)
{
    static const struct {
        struct snmp_access access;
        const char *says;
    } cases[] = {
        { { .host = "" }, "host name" },
        { { .host = "p", .version = SNMP_ASK_V3 }, "a user" },
        { { .host = "p", .version = SNMP_ASK_V3, .user = "u", .auth = SNMP_AUTH_SHA },
          "authentication password" },
        { { .host = "p",
            .version = SNMP_ASK_V3,
            .user = "u",
            .auth = SNMP_AUTH_SHA,
            .auth_secret = "1234567" },
          "8 to" },
        { { .host = "p",
            .version = SNMP_ASK_V3,
            .user = "u",
            .privacy = SNMP_PRIVACY_AES,
            .privacy_secret = "12345678" },
          "say how" },
        { { .host = "p",
            .version = SNMP_ASK_V3,
            .user = "u",
            .auth = SNMP_AUTH_SHA,
            .auth_secret = "12345678",
            .privacy = SNMP_PRIVACY_AES },
          "privacy password" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err err = { .code = ERR_NONE };
        struct snmp_target *target = NULL;
        CHECK(!snmp_target_new(&cases[i].access, &target, &err) && target == NULL);
        CHECK(err.code == ERR_INVALID && strstr(err.text, cases[i].says) != NULL);
    }
}

static void test_ten_thousand_are_small(void)
{
    struct err err;
    struct snmp_target *target = NULL;
    CHECK(snmp_target_new(&(struct snmp_access){ .host = "printer.example" }, &target, &err));
    CHECK(target->port == 161 && target->version == SNMP_ASK_V2C);
    CHECK(strcmp(target->community, "public") == 0 && target->v3 == NULL);
    CHECK(sizeof(*target) <= 256 && sizeof(struct snmp_v3) <= 256);
    snmp_target_free(&target);
    CHECK(target == NULL);
    snmp_target_free(&target);
}

int main(void)
{
    test_words();
    test_what_is_missing_is_named();
    test_ten_thousand_are_small();
    return tap_done();
}
