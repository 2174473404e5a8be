// web/circle: whose jobs a person may release besides the own: those of who named the person a
// delegate, and what was sent to a group of the person's. One for all streams of a person. Loop
// thread.
#pragma once

#include "base/map.h"
#include "proto/dre.pb-c.h"
#include <stdint.h>

struct web;
struct web_circle;

struct web_circles {
    struct web *web; // borrowed
    struct map all;  // name to web_circle
};

// The person's, until it is let go; its asks are under way where it is new.
struct web_circle *web_circle_use(struct web_circles *circles, const char *user);
void web_circle_let_go(struct web_circle **circle);
// Asks anew what is older than a minute, or where something of the person was changed. Nothing
// while an ask is under way.
void web_circle_look(struct web_circle *circle, int64_t now_ms);
void web_circle_doubt(struct web_circle *circle);
bool web_circle_has(const struct web_circle *circle, const Quoin__V1__Job *job);
// All are gone after this, also those that somebody still has: the server is ending.
void web_circles_free(struct web_circles *circles);
