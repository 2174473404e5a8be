#include "calendar/load.h"
#include "lib/tap.h"

static void test_a_zone_is_loaded_by_its_name_only(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    const struct calendar_zone *zone;
    struct err err;
    static const char *const bad[] = { "",       "../../../etc/passwd", "/etc/passwd", "Europe/",
                                       "/",      "Europe//Berlin",      "Eur ope",     "Europe/..",
                                       "Ber\nli" };
    CHECK(calendar_zone_load(STR("Europe/Berlin"), &arena, &zone, &err));
    CHECK(strcmp(calendar_zone_name(zone), "Europe/Berlin") == 0);
    CHECK(calendar_zone_load(STR("UTC"), &arena, &zone, &err) && zone == calendar_zone_utc());
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK(!calendar_zone_load(str_of(bad[i]), &arena, &zone, &err) && err.code == ERR_INVALID);
    }
    CHECK(!calendar_zone_load(STR("Europe/Atlantis"), &arena, &zone, &err));
    CHECK(err.code == ERR_NOT_FOUND && strstr(err.text, "tzdata") != NULL);
    CHECK(!calendar_zone_load(STR("tzdata.zi"), &arena, &zone, &err) && err.code == ERR_INVALID);
    CHECK(!calendar_zone_load(STR("Europe"), &arena, &zone, &err)); // a folder
}

static void test_the_machine_has_a_zone(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    char name[CALENDAR_NAME_MAX + 1];
    const struct calendar_zone *zone;
    struct err err;
    calendar_zone_here(name);
    CHECK(name[0] != '\0');
    CHECK(calendar_zone_load(str_of(name), &arena, &zone, &err));
}

int main(void)
{
    test_a_zone_is_loaded_by_its_name_only();
    test_the_machine_has_a_zone();
    return tap_done();
}
