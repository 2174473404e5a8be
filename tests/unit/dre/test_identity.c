// Who vouches for a name decides what it is worth; what strangers send becomes text.

#include "dre/identity.h"

#include "base/enc.h"
#include "lib/tap.h"

static void test_what_a_name_is_worth(void)
{
    const struct {
        struct ippd_asker asker;
        enum trust trust;
    } rows[] = {
        { { .user = STR("mary"), .claimed = STR("mary"), .authenticated = true },
          TRUST_AUTHENTICATED },
        { { .user = STR("mary"), .claimed = STR("mary"), .agent = true }, TRUST_AGENT },
        { { .user = STR("mary"), .claimed = STR("mary") }, TRUST_CLAIMED },
        { { .user = STR("anonymous"), .claimed = STR("") }, TRUST_NONE },
        { { .user = STR("mary"), .claimed = STR("anna"), .own = true }, TRUST_ADDRESS },
        { { .user = STR("mary"), .claimed = STR(""), .own = true, .agent = true }, TRUST_ADDRESS },
        { { .user = STR("anonymous"), .claimed = STR(""), .agent = true }, TRUST_NONE },
    };
    for (size_t at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
        CHECK(dre_identity_of(&rows[at].asker) == rows[at].trust);
    }
}

static void test_what_is_sent_becomes_text(void)
{
    static const struct {
        const char *sent;
        const char *text;
    } rows[] = {
        { "mary", "mary" },
        { "  mary \t", "mary" },
        { "", "" },
        { "   ", "" },
        { "J\xc3\xbcrgen", "J\xc3\xbcrgen" },
        { "J\xfcrgen", "J\xc3\xbcrgen" },
        { "\xff\xfe", "\xc3\xbf\xc3\xbe" },
        { "DOMAIN\\mary", "DOMAIN\\mary" },
    };
    OWN(buf_free) struct buf to = BUF_CAP(2 * IPPD_NAME_MAX + 2);
    for (size_t at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
        CHECK(str_eq(dre_identity_text(str_of(rows[at].sent), &to), str_of(rows[at].text)));
    }
    CHECK(enc_is_plain(dre_identity_text(STR("a\x1b[31mb\nc\x7f"), &to)));
    CHECK(dre_identity_text(STR("a\nb"), &to).len > 0);
}

static void test_long_names_are_cut_between_characters(void)
{
    OWN(buf_free) struct buf to = BUF_CAP(2 * IPPD_NAME_MAX + 2);
    char sent[2000];
    for (size_t len = 250; len < sizeof(sent); len += 7) {
        for (size_t at = 0; at < len; at++) {
            sent[at] = at % 2 == 0 ? '\xc3' : '\xbc';
        }
        struct str text = dre_identity_text((struct str){ sent, len }, &to);
        CHECK(text.len <= IPPD_NAME_MAX && enc_is_utf8(text) && text.len >= 124);
        memset(sent, 0xfc, len);
        text = dre_identity_text((struct str){ sent, len }, &to);
        CHECK(text.len <= IPPD_NAME_MAX && enc_is_utf8(text) && text.len >= 250);
    }
}

int main(void)
{
    test_what_a_name_is_worth();
    test_what_is_sent_becomes_text();
    test_long_names_are_cut_between_characters();
    return tap_done();
}
