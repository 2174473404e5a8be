// Messages become lines that become the same message again; what is wrong is told at its place.
#include "manifest/message.h"

#include "lib/tap.h"
#include "proto/payers.pb-c.h"
#include "proto/price.pb-c.h"
#include "proto/quota.pb-c.h"

static struct arena arena = { .cap = 32 << 20 };
static struct err err;

static ProtobufCMessage *read_text(const ProtobufCMessageDescriptor *descriptor, const char *name,
                                   const char *text)
{
    struct manifest_node *root;
    ProtobufCMessage *message = NULL;
    memset(&err, 0, sizeof(err));
    bool good = manifest_read(str_of(text), "f.yaml", &arena, &root, &err) &&
                manifest_message(root, descriptor, str_of(name), calendar_zone_utc(), "f.yaml",
                                 &arena, &message, &err);
    return good ? message : NULL;
}

static const char *write_text(const ProtobufCMessage *message)
{
    OWN(buf_free) struct buf out = BUF_CAP(1 << 20);
    manifest_add_message(&out, 0, message, calendar_zone_utc());
    return arena_text(&arena, buf_str(&out));
}

static void test_a_message_and_its_lines(void)
{
    static const char text[] = "pays: shares\n"
                               "shares:\n"
                               "  - account: person\n"
                               "    percent: 33.3334%\n"
                               "  - account: \"department:science\"\n"
                               "    percent: 66.6666%\n"
                               "kinds: [code, shared]\n";
    const Quoin__V1__PayerRule *rule =
        (const Quoin__V1__PayerRule *)read_text(&quoin__v1__payer_rule__descriptor, "site", text);
    CHECK(rule != NULL && strcmp(rule->scope, "site") == 0 && rule->n_shares == 2);
    CHECK(rule->shares[0]->parts == 333334 && rule->shares[1]->parts == 666666);
    CHECK(rule->n_kinds == 2 && strcmp(rule->kinds[1], "shared") == 0);
    CHECK(strcmp(write_text(&rule->base), text) == 0);
}

static void test_amounts_go_by_the_unit(void)
{
    static const char money[] = "unit: money\nmost: 12.50\nperiod: month\ncarry-percent: 50.00%\n"
                                "carry-most: 5.00\nwarn-at: [80, 95]\nsuspended: true\n";
    const Quoin__V1__Quota *quota =
        (const Quoin__V1__Quota *)read_text(&quoin__v1__quota__descriptor, "students", money);
    CHECK(quota != NULL && quota->most == 1250000 && quota->carry_parts == 500000);
    CHECK(quota->carry_most == 500000 && quota->n_warn_at == 2 && quota->suspended);
    CHECK(strcmp(quota->name, "students") == 0);
    CHECK(strcmp(write_text(&quota->base), money) == 0);
    quota = (const Quoin__V1__Quota *)read_text(&quoin__v1__quota__descriptor, "q",
                                                "most: 300\nunit: pages\n");
    CHECK(quota != NULL && quota->most == 300);
}

static void test_what_is_wrong_is_told_at_its_place(void)
{
    static const struct {
        const char *text;
        const char *why;
    } cases[] = {
        { "unit: pages\nmots: 3\n",
          "f.yaml:2:1: no key \"mots\" is known here; is \"most\" meant?" },
        { "unit: pages\nmost: 3.5\n", "f.yaml:2:7: \"3.5\" is no whole number" },
        { "unit: money\nmost: 3,50\n", "is no amount" },
        { "suspended: yes\n", "is no true or false" },
        { "users: mary\n", "is no list" },
        { "users: [[mary]]\n", "is no single value" },
        { "carry-percent: 101\n", "is no percentage" },
        { "carry-percent: 0.00001\n", "is no percentage" },
        { "warn-at: [4294967296]\n", "is no whole number" },
        { "warn-at: [-1]\n", "is no whole number from 0 on" },
        { "since: 2026-02-03\n", "no key \"since\"" },
        { "name: other\n", "no key \"name\"" },
        { "[a, b]\n", "belongs here" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool good = read_text(&quoin__v1__quota__descriptor, "q", cases[i].text) == NULL &&
                    strstr(err.text, cases[i].why) != NULL;
        tap_result(good, cases[i].why, __FILE__, __LINE__);
    }
}

// Any text comes back as it was, as a value and within a list.
static void test_every_text_comes_back(void)
{
    static const char *const texts[] = {
        "plain",   "no",        "true",    "~",          "1.10", "- dash",
        "# hash",  "a: b",      " before", "after ",     "",     "\"q\"",
        "back\\s", "tab\there", "one\n",   "one\ntwo\n", "\n",   "one\n\n",
        " x\ny\n", "é ü 漢",    "*x",      "&y",         "!tag", "x\n  y\n\n\tz\n",
        "%",       "@at",       "a#b",     "a #b",       "[l]",  "{m}",
        "|",       "-",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        Quoin__V1__Quota quota = QUOIN__V1__QUOTA__INIT;
        char *text = arena_text(&arena, str_of(texts[i]));
        char *users[2] = { text, text };
        quota.advice = text;
        quota.users = users;
        quota.n_users = 2;
        const char *lines = write_text(&quota.base);
        const Quoin__V1__Quota *back =
            (const Quoin__V1__Quota *)read_text(&quoin__v1__quota__descriptor, "", lines);
        bool good = back != NULL && strcmp(back->advice, texts[i]) == 0 && back->n_users == 2 &&
                    strcmp(back->users[1], texts[i]) == 0;
        tap_result(good, "a text comes back", __FILE__, __LINE__);
        if (!good) {
            printf("# %s\n# %s\n", lines, err.text);
        }
    }
}

// Where 0 says something else than nothing, it is written and read.
static void test_a_zero_that_was_said_comes_back(void)
{
    const Quoin__V1__SiteMoney *money = (const Quoin__V1__SiteMoney *)read_text(
        &quoin__v1__site_money__descriptor, "money", "currency: JPY\ndecimals: 0\n");
    CHECK(money != NULL && money->decimals == 0 &&
          money->shown_case == QUOIN__V1__SITE_MONEY__SHOWN_DECIMALS);
    CHECK(strcmp(write_text(&money->base), "currency: JPY\ndecimals: 0\n") == 0);
    money = (const Quoin__V1__SiteMoney *)read_text(&quoin__v1__site_money__descriptor, "money",
                                                    "currency: JPY\n");
    CHECK(money != NULL && money->shown_case == QUOIN__V1__SITE_MONEY__SHOWN__NOT_SET);
    CHECK(strcmp(write_text(&money->base), "currency: JPY\n") == 0);
}

// A surcharge's per cent may have the sign that other parts have; an amount may not.
static void test_a_surcharge_in_per_cent(void)
{
    const Quoin__V1__Adjustment *less = (const Quoin__V1__Adjustment *)read_text(
        &quoin__v1__adjustment__descriptor, "a", "percent: -12.5%\n");
    CHECK(less != NULL && less->percent != NULL && less->percent->units == -1250000);
    less = (const Quoin__V1__Adjustment *)read_text(&quoin__v1__adjustment__descriptor, "a",
                                                    "percent: 10\n");
    CHECK(less != NULL && less->percent->units == 1000000);
    CHECK(read_text(&quoin__v1__adjustment__descriptor, "a", "percent: ten%\n") == NULL &&
          strstr(err.text, "\"ten%\" is no number of per cent: 10, -12.5%") != NULL);
    CHECK(read_text(&quoin__v1__adjustment__descriptor, "a", "amount: 10%\n") == NULL &&
          strstr(err.text, "is no amount") != NULL);
}

static void test_the_nearest_word(void)
{
    static const char *const words[] = { "price", "quota", "policy", "printer" };
    CHECK(strcmp(manifest_nearest(STR("prices"), words, 4), "price") == 0);
    CHECK(strcmp(manifest_nearest(STR("polcy"), words, 4), "policy") == 0);
    CHECK(manifest_nearest(STR("zebra"), words, 4) == NULL);
}

int main(void)
{
    test_a_message_and_its_lines();
    test_amounts_go_by_the_unit();
    test_what_is_wrong_is_told_at_its_place();
    test_every_text_comes_back();
    test_a_zero_that_was_said_comes_back();
    test_a_surcharge_in_per_cent();
    test_the_nearest_word();
    arena_free(&arena);
    return tap_done();
}
