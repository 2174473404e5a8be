// For whom an engine asks: told and read again, and believed of two roles alone.
#include "wire/person.h"

#include "wire/peer.h"

#include "lib/tap.h"
#include <string.h>

static void test_what_is_told_is_read(void)
{
    static const char *const names[] = { "mary", "J\xc3\xb6rg M\xc3\xbcller", "a" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(4096);
        const char *person = NULL;
        struct err err;
        struct str text = wire_person_write(&arena, names[i]);
        CHECK(wire_person_read(&arena, ROLE_WEB, text, &person, &err));
        CHECK(person != NULL && strcmp(person, names[i]) == 0);
    }
    OWN(arena_free) struct arena arena = ARENA_CAP(4096);
    char long_name[WIRE_PERSON_MAX + 2];
    memset(long_name, 'a', sizeof(long_name));
    long_name[sizeof(long_name) - 1] = '\0';
    CHECK(wire_person_write(&arena, NULL).len == 0 && wire_person_write(&arena, "").len == 0);
    CHECK(wire_person_write(&arena, long_name).len == 0);
}

static void test_who_speaks_for_nobody(void)
{
    static const struct {
        unsigned role;
        const char *text;
        enum err_code code;
    } rows[] = {
        { ROLE_WEB, "bWFyeQ==", ERR_NONE },     { ROLE_DCE, "bWFyeQ==", ERR_NONE },
        { ROLE_DRE, "bWFyeQ==", ERR_DENIED },   { ROLE_ADMIN, "bWFyeQ==", ERR_DENIED },
        { ROLE_AGENT, "bWFyeQ==", ERR_DENIED }, { ROLE_PANEL, "bWFyeQ==", ERR_DENIED },
        { ROLE_WEB, "", ERR_INVALID },          { ROLE_WEB, "*", ERR_INVALID },
        { ROLE_WEB, "bWEKcnk=", ERR_INVALID }, // a line feed
        { ROLE_WEB, "//79", ERR_INVALID },     // no UTF-8
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(4096);
        const char *person = NULL;
        struct err err = { 0 };
        bool good = wire_person_read(&arena, rows[i].role, str_of(rows[i].text), &person, &err);
        CHECK(good == (rows[i].code == ERR_NONE) && (good || err.code == rows[i].code));
    }
}

int main(void)
{
    test_what_is_told_is_read();
    test_who_speaks_for_nobody();
    return tap_done();
}
