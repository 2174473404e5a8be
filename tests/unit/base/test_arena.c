// An arena never passes its cap, keeps what it gave aligned and zeroed, and goes all at once.
#include "base/arena.h"

#include "lib/tap.h"

static void test_gives_zeroed_aligned_memory(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    for (size_t size = 0; size < 300; size++) {
        uint8_t *at = arena_new(&arena, size);
        bool clean = at != NULL && (uintptr_t)at % 16 == 0;
        for (size_t i = 0; clean && i < size; i++) {
            clean = at[i] == 0;
            at[i] = 0xff;
        }
        if (!clean) {
            CHECK(clean);
        }
    }
    CHECK(arena_ok(&arena));
}

static void test_the_cap_is_an_error_and_not_a_crash(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(100);
    CHECK(arena_new(&arena, 64) != NULL);
    CHECK(arena_new(&arena, 64) == NULL);
    CHECK(!arena_ok(&arena));
    CHECK(arena_new_array(&arena, SIZE_MAX, 16) == NULL);
    CHECK(arena_copy(&arena, STR("x")).len == 0);
}

static void test_copies_end_in_nul(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1000);
    char *text = arena_text(&arena, (struct str){ "abcdef", 3 });
    CHECK(text != NULL && strcmp(text, "abc") == 0);
    CHECK(strcmp(arena_textf(&arena, "%d-%s", 7, "x"), "7-x") == 0);
}

static void test_a_reset_arena_is_as_new(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    for (int round = 0; round < 3; round++) {
        for (size_t size = 1; size < 100000; size *= 3) {
            unsigned char *bytes = arena_new(&arena, size);
            bool zero = true;
            for (size_t i = 0; i < size; i++) {
                zero = zero && bytes[i] == 0;
                bytes[i] = 0xff;
            }
            CHECK(zero);
        }
        CHECK(arena_new(&arena, 2 << 20) == NULL && !arena_ok(&arena));
        arena_reset(&arena);
        CHECK(arena_ok(&arena) && arena.used == 0 && arena.cap == 1 << 20);
    }
    struct arena small = ARENA_CAP(8);
    arena_reset(&small);
    CHECK(small.blocks == NULL);
}

int main(void)
{
    test_a_reset_arena_is_as_new();
    test_gives_zeroed_aligned_memory();
    test_the_cap_is_an_error_and_not_a_crash();
    test_copies_end_in_nul();
    return tap_done();
}
