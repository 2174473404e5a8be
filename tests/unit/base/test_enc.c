// Text from outside is well-formed UTF-8 without control characters, or it is refused.
#include "base/enc.h"

#include "lib/tap.h"

static const struct {
    const char *name;
    struct str text;
    bool utf8;
    bool plain;
} cases[] = {
    { "empty", STR_INIT(""), true, true },
    { "letters", STR_INIT("Zoë 印刷 🖨"), true, true },
    { "a newline", STR_INIT("a\nb"), true, false },
    { "a NUL", STR_INIT("a\0b"), true, false },
    { "DEL", STR_INIT("\x7f"), true, false },
    { "C1", STR_INIT("\xc2\x85"), true, false },
    { "overlong slash", STR_INIT("\xc0\xaf"), false, false },
    { "overlong three", STR_INIT("\xe0\x80\xaf"), false, false },
    { "surrogate", STR_INIT("\xed\xa0\x80"), false, false },
    { "past the end of Unicode", STR_INIT("\xf4\x90\x80\x80"), false, false },
    { "cut short", STR_INIT("\xe5\x8d"), false, false },
    { "lone continuation", STR_INIT("\x80"), false, false },
    { "Latin-1", STR_INIT("Zo\xeb"), false, false },
};

// RFC 4648 10, without the padding.
static const struct {
    const char *name;
    struct str bytes;
    struct str text;
    struct str url;
} base64[] = {
    { "nothing", STR_INIT(""), STR_INIT(""), STR_INIT("") },
    { "one", STR_INIT("f"), STR_INIT("Zg"), STR_INIT("Zg") },
    { "two", STR_INIT("fo"), STR_INIT("Zm8"), STR_INIT("Zm8") },
    { "three", STR_INIT("foo"), STR_INIT("Zm9v"), STR_INIT("Zm9v") },
    { "four", STR_INIT("foob"), STR_INIT("Zm9vYg"), STR_INIT("Zm9vYg") },
    { "six", STR_INIT("foobar"), STR_INIT("Zm9vYmFy"), STR_INIT("Zm9vYmFy") },
    { "the last letters", STR_INIT("\xfb\xff\xbf"), STR_INIT("+/+/"), STR_INIT("-_-_") },
};

static const struct {
    const char *name;
    struct str text;
    bool is_base64;
    bool is_url;
} base64_bad[] = {
    { "one letter", STR_INIT("A"), false, false },
    { "one letter more", STR_INIT("AAAAA"), false, false },
    { "bits are left over", STR_INIT("AB"), false, false },
    { "padded", STR_INIT("AA=="), true, false },
    { "padded once", STR_INIT("AAA="), true, false },
    { "padded too little", STR_INIT("AA="), false, false },
    { "padded where it is whole", STR_INIT("AAAA="), false, false },
    { "padding alone", STR_INIT("="), false, false },
    { "padding inside", STR_INIT("AA==AA"), false, false },
    { "letters of the other", STR_INIT("-_-_"), false, true },
    { "and back", STR_INIT("+/+/"), true, false },
    { "a NUL", STR_INIT("A\0AA"), false, false },
    { "a space", STR_INIT("AA A"), false, false },
    { "no letter", STR_INIT("AA\xc3\xa4"), false, false },
};

static void base64_is_read_and_written(void)
{
    for (size_t i = 0; i < sizeof(base64) / sizeof(base64[0]); i++) {
        OWN(buf_free) struct buf out = BUF_CAP(64);
        OWN(buf_free) struct buf url = BUF_CAP(64);
        char text[64];
        char back[64];
        size_t len = 64;
        enc_base64_add(&out, base64[i].bytes.ptr, base64[i].bytes.len);
        enc_base64url_add(&url, base64[i].bytes.ptr, base64[i].bytes.len);
        enc_base64url_write(base64[i].bytes.ptr, base64[i].bytes.len, text);
        tap_result(str_eq(buf_str(&out), base64[i].text) && str_eq(buf_str(&url), base64[i].url) &&
                       str_eq(str_of(text), base64[i].url) &&
                       out.len == ENC_BASE64_LEN(base64[i].bytes.len) &&
                       enc_base64_read(buf_str(&out), back, &len) &&
                       str_eq((struct str){ back, len }, base64[i].bytes) &&
                       enc_base64url_read(buf_str(&url), back, &len) &&
                       str_eq((struct str){ back, len }, base64[i].bytes),
                   base64[i].name, __FILE__, __LINE__);
    }
    for (size_t i = 0; i < sizeof(base64_bad) / sizeof(base64_bad[0]); i++) {
        char back[64];
        size_t len = 0;
        tap_result(enc_base64_read(base64_bad[i].text, back, &len) == base64_bad[i].is_base64 &&
                       enc_base64url_read(base64_bad[i].text, back, &len) == base64_bad[i].is_url,
                   base64_bad[i].name, __FILE__, __LINE__);
    }
}

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        tap_result(enc_is_utf8(cases[i].text) == cases[i].utf8 &&
                       enc_is_plain(cases[i].text) == cases[i].plain,
                   cases[i].name, __FILE__, __LINE__);
    }
    base64_is_read_and_written();
    OWN(buf_free) struct buf hex = BUF_CAP(100);
    enc_hex_add(&hex, "\x00\xfe\x10", 3);
    CHECK_STR(buf_str(&hex), "00fe10");
    char back[3];
    CHECK(enc_hex_read(buf_str(&hex), back, 3) && memcmp(back, "\x00\xfe\x10", 3) == 0);
    CHECK(!enc_hex_read(STR("00f"), back, 2));
    CHECK(!enc_hex_read(STR("0g"), back, 1));
    static const struct {
        const char *name;
        struct str from;
        struct str to;
    } made[] = {
        { "plain stays",
          STR_INIT("Gr\xc3\xbc\xc3\x9f"
                   "e"),
          STR_INIT("Gr\xc3\xbc\xc3\x9f"
                   "e") },
        { "line ends", STR_INIT("a\r\n\tb"), STR_INIT("a   b") },
        { "a terminal's orders", STR_INIT("\x1b[2J\x07\x7f"), STR_INIT("?[2J??") },
        { "C1",
          STR_INIT("\xc2\x9b"
                   "31m"),
          STR_INIT("??31m") },
        { "not UTF-8", STR_INIT("\xff\xc3"), STR_INIT("??") },
        { "cut in a character", STR_INIT("a\xe2\x82"), STR_INIT("a??") },
        { "nothing", STR_INIT(""), STR_INIT("") },
    };
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
        char text[32];
        memcpy(text, made[i].from.ptr, made[i].from.len);
        enc_make_plain(text, made[i].from.len);
        struct str result = { text, made[i].from.len };
        tap_result(str_eq(result, made[i].to) && enc_is_plain(result), made[i].name, __FILE__,
                   __LINE__);
    }
    return tap_done();
}
