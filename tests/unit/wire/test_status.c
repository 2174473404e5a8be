#include "wire/status.h"

#include "lib/tap.h"

static void round_trip(const struct err *err, const char *const *reasons, size_t reason_count)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct http2_field fields[WIRE_STATUS_FIELDS];
    size_t count = 0;
    wire_status_write(&arena, wire_status_of(err->code), err, reasons, fields, &count);
    CHECK(count == 3);
    for (size_t i = 0; i < fields[1].value.len; i++) {
        if (fields[1].value.ptr[i] < ' ' || fields[1].value.ptr[i] > '~') {
            CHECK(false);
        }
    }
    struct err back = { 0 };
    const char *const *list = NULL;
    wire_status_read(&arena, fields[0].value, fields[1].value, fields[2].value, &back, &list);
    CHECK(back.code == err->code && strcmp(back.text, err->text) == 0);
    size_t found = 0;
    while (list[found] != NULL) {
        CHECK(found < reason_count && strcmp(list[found], reasons[found]) == 0);
        found++;
    }
    CHECK(found == reason_count);
    wire_status_read(&arena, fields[0].value, fields[1].value, STR(""), &back, &list);
    CHECK(back.code == err->code && strcmp(back.text, err->text) == 0 && list[0] == NULL);
}

static void test_each_code_comes_back(void)
{
    const char *const reasons[] = { "account-limit-reached", "job-held-for-authorization", NULL };
    for (enum err_code code = ERR_INVALID; code <= ERR_INTERNAL; code++) {
        struct err err = { .code = code, .text = "100 % of \303\274ber \"no\"" };
        round_trip(&err, NULL, 0);
        round_trip(&err, reasons, 2);
        for (size_t len = 0; len < 8; len++) { // base64 of every remainder
            err.text[len] = '\0';
            err.text[len > 0 ? len - 1 : 0] = len > 0 ? 'x' : '\0';
            round_trip(&err, reasons, 2);
            memcpy(err.text, "abcdefghijk", 12);
        }
    }
}

static void test_success_has_no_details(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct http2_field fields[WIRE_STATUS_FIELDS];
    size_t count = 0;
    const struct err none = { 0 };
    wire_status_write(&arena, WIRE_OK, &none, NULL, fields, &count);
    CHECK(count == 1);
    CHECK_STR(fields[0].value, "0");
    struct err back = { .code = ERR_INTERNAL, .text = "" };
    const char *const *list = NULL;
    wire_status_read(&arena, STR("0"), STR(""), STR(""), &back, &list);
    CHECK(back.code == ERR_NONE && list[0] == NULL);
}

static void test_a_text_cut_inside_a_character_is_still_sent(void)
{
    struct err err = { .code = ERR_INVALID };
    memset(err.text, 'a', sizeof(err.text) - 1);
    err.text[sizeof(err.text) - 2] = (char)0xc3;
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct http2_field fields[WIRE_STATUS_FIELDS];
    size_t count = 0;
    wire_status_write(&arena, WIRE_INVALID_ARGUMENT, &err, NULL, fields, &count);
    struct err back = { 0 };
    const char *const *list = NULL;
    wire_status_read(&arena, fields[0].value, fields[1].value, fields[2].value, &back, &list);
    CHECK(strlen(back.text) == sizeof(err.text) - 2);
}

static void test_what_other_servers_say(void)
{
    static const struct {
        const char *status;
        const char *text;
        const char *details;
        enum err_code code;
        const char *shown;
    } rows[] = {
        { "5", "not%20here", "", ERR_NOT_FOUND, "not here" },
        { "5", "%", "", ERR_NOT_FOUND, "%" },
        { "5", "%zz%4", "", ERR_NOT_FOUND, "%zz%4" },
        { "5", "a%0Ab", "", ERR_NOT_FOUND, "(a text that cannot be shown)" },
        { "5", "x", "not base64!", ERR_NOT_FOUND, "x" },
        { "5", "x", "AAAA", ERR_NOT_FOUND, "x" },
        { "16", "x", "", ERR_DENIED, "x" },
        { "1", "x", "", ERR_UNAVAILABLE, "x" },
        { "99", "x", "", ERR_INTERNAL, "x" },
        { "", "x", "", ERR_INTERNAL, "the answer has no valid grpc-status" },
        { "-1", "x", "", ERR_INTERNAL, "the answer has no valid grpc-status" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        struct err err = { 0 };
        const char *const *list = NULL;
        wire_status_read(&arena, str_of(rows[i].status), str_of(rows[i].text),
                         str_of(rows[i].details), &err, &list);
        CHECK(err.code == rows[i].code && strcmp(err.text, rows[i].shown) == 0);
        CHECK(list != NULL && list[0] == NULL);
    }
}

int main(void)
{
    test_each_code_comes_back();
    test_success_has_no_details();
    test_a_text_cut_inside_a_character_is_still_sent();
    test_what_other_servers_say();
    return tap_done();
}
