#include "wire/frame.h"

#include "lib/tap.h"
#include "proto/common.pb-c.h"

static void test_messages_come_in_pieces_of_any_size(void)
{
    static const char bytes[] = "\0\0\0\0\3abc\0\0\0\0\0\0\0\0\0\1x";
    for (size_t step = 1; step < sizeof(bytes); step++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(4096);
        struct wire_frame frame = { 0 };
        struct str got[4];
        size_t count = 0;
        for (size_t at = 0; at < sizeof(bytes) - 1; at += step) {
            size_t left = sizeof(bytes) - 1 - at;
            struct str piece = { bytes + at, left < step ? left : step };
            while (piece.len > 0) {
                bool whole = false;
                struct err err;
                if (!wire_frame_read(&frame, &arena, &piece, &whole, &err)) {
                    CHECK(false);
                    return;
                }
                if (whole) {
                    got[count++] = wire_frame_take(&frame);
                }
            }
        }
        CHECK(count == 3 && wire_frame_is_empty(&frame));
        CHECK(count == 3 && str_eq(got[0], STR("abc")) && got[1].len == 0 &&
              str_eq(got[2], STR("x")));
    }
}

static void test_what_is_refused(void)
{
    static const struct {
        const char *name;
        struct str bytes;
        enum err_code code;
    } rows[] = {
        { "compressed", { "\1\0\0\0\1x", 6 }, ERR_INVALID },
        { "flags that mean nothing", { "\2\0\0\0\1x", 6 }, ERR_INVALID },
        { "a byte over a mebibyte", { "\0\0\20\0\1", 5 }, ERR_LIMIT },
        { "4 GiB", { "\0\377\377\377\377", 5 }, ERR_LIMIT },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
        struct wire_frame frame = { 0 };
        struct str bytes = rows[i].bytes;
        bool whole = false;
        struct err err = { 0 };
        printf("# %s\n", rows[i].name);
        CHECK(!wire_frame_read(&frame, &arena, &bytes, &whole, &err));
        CHECK(err.code == rows[i].code && !whole);
    }
}

static void test_a_packed_message_is_read_again(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
    Quoin__V1__Refusal refusal = QUOIN__V1__REFUSAL__INIT;
    char text[] = "no";
    refusal.text = text;
    struct str bytes = { "", 0 };
    struct err err = { 0 };
    CHECK(wire_frame_pack(&arena, &refusal.base, &bytes, &err));
    CHECK(bytes.len == WIRE_FRAME_HEAD + 4);
    struct wire_frame frame = { 0 };
    bool whole = false;
    CHECK(wire_frame_read(&frame, &arena, &bytes, &whole, &err) && whole && bytes.len == 0);
    CHECK_STR(wire_frame_take(&frame), "\22\2no");

    char *large = arena_new(&arena, WIRE_MESSAGE_MAX + 1);
    memset(large, 'x', WIRE_MESSAGE_MAX);
    refusal.text = large;
    CHECK(!wire_frame_pack(&arena, &refusal.base, &bytes, &err) && err.code == ERR_LIMIT);
}

int main(void)
{
    test_messages_come_in_pieces_of_any_size();
    test_what_is_refused();
    test_a_packed_message_is_read_again();
    return tap_done();
}
