// calendar/load: zones from the machine's tz database. Reads files; the rest of the room is pure.
#pragma once

#include "calendar/zone.h"

// By its name, "Europe/Berlin"; "UTC" needs no file. ERR_INVALID: no such name; ERR_NOT_FOUND: the
// machine has no such zone (package tzdata).
bool calendar_zone_load(struct str name, struct arena *arena, const struct calendar_zone **zone,
                        struct err *err) CC_MUST_USE;

// The name of the machine's own zone, of /etc/localtime; "UTC" where it does not tell.
void calendar_zone_here(char name[static CALENDAR_NAME_MAX + 1]);
