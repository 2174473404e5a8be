// ports/unit: what a cgroup's path says: systemd's unit, and which container. Pure.
#pragma once

#include "base/str.h"
#include "ports/ports.h"

// text: /proc/PID/cgroup, or one path. Fills holder->unit and ->container where they are told.
void ports_unit_read(struct str text, struct ports_holder *holder);
