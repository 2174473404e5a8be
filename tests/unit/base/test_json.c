// What comes out is JSON, whatever goes in.
#include "base/json.h"

#include "lib/tap.h"

static void test_nesting_and_commas(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(1000);
    struct json json = json_to(&buf);
    json_array(&json);
    json_object(&json);
    json_int_field(&json, "a", -1);
    json_bool_field(&json, "b", true);
    json_key(&json, "c");
    json_array(&json);
    json_end(&json);
    json_key(&json, "d");
    json_null(&json);
    json_end(&json);
    json_text_field(
        &(struct json){ .buf = &buf, .depth = 1, .close = { 0, '}' }, .filled = { 0, 1 } }, "e",
        "f");
    CHECK_STR(buf_str(&buf), "[{\"a\":-1,\"b\":true,\"c\":[],\"d\":null},\"e\":\"f\"");
}

static const struct {
    struct str in;
    struct str out;
} texts[] = {
    { STR_INIT("a\"b\\c"), STR_INIT("\"a\\\"b\\\\c\"") },
    { STR_INIT("\n\r\t\x01"), STR_INIT("\"\\n\\r\\t\\u0001\"") },
    { STR_INIT("Zoë 🖨"), STR_INIT("\"Zoë 🖨\"") },
    { STR_INIT("bad \xff\xc3"), STR_INIT("\"bad \xef\xbf\xbd\xef\xbf\xbd\"") },
    { STR_INIT("nul\0"), STR_INIT("\"nul\\u0000\"") },
};

int main(void)
{
    test_nesting_and_commas();
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        OWN(buf_free) struct buf buf = BUF_CAP(1000);
        struct json json = json_to(&buf);
        json_str(&json, texts[i].in);
        CHECK(str_eq(buf_str(&buf), texts[i].out));
    }
    return tap_done();
}
