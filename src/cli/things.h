// cli/things: what is configured, as the engines have it and as a file says it. Printers and queues
// are the document routing engine's, all else the accounting server's.
#pragma once

#include "calendar/zone.h"
#include "cli/cli.h"
#include <protobuf-c/protobuf-c.h>

struct cli_thing {
    const char *kind;
    const char *name;
    const ProtobufCMessageDescriptor *descriptor;
    struct str body; // packed
    uint32_t line;   // of a file
    uint32_t column;
};

struct cli_things {
    struct cli_thing *list; // in cli's arena, in the order of the kinds and of names
    size_t count;
    size_t size;
    int64_t change;                   // the newest; of a file 0
    const struct calendar_zone *zone; // the site's
};

// The site's time zone.
bool cli_site_zone(struct cli *cli, const struct calendar_zone **zone, struct err *err) CC_MUST_USE;
// Everything that is configured now; kind NULL: of all kinds.
bool cli_things_now(struct cli *cli, const char *kind, struct cli_things *things,
                    struct err *err) CC_MUST_USE;

// What a file says. "-": standard input. now gives the zone. kinds: a bit for each kind that the
// file has a section of, by its place in model/thing.tbl.h.
bool cli_things_file(struct cli *cli, const char *path, const struct cli_things *now,
                     struct cli_things *things, uint64_t *kinds, struct err *err) CC_MUST_USE;

const struct cli_thing *cli_things_find(const struct cli_things *things, const char *kind,
                                        const char *name);

// The lines of a thing as a file has them.
void cli_things_add_text(struct buf *out, int indent, const struct cli_thing *thing,
                         const struct calendar_zone *zone);
// A file that says all of it.
void cli_things_add_file(struct buf *out, const struct cli_things *things);

// The body's message, in cli's arena; NULL: it is none, or too large.
void *cli_thing_unpack(struct cli *cli, const ProtobufCMessageDescriptor *descriptor,
                       struct str body);

// The kind's place in model/thing.tbl.h; -1: none. *descriptor of a thing of that name.
int cli_thing_kind(const char *kind, const char *name,
                   const ProtobufCMessageDescriptor **descriptor);
