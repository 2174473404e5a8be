// ticket: how a job is to be printed: its Job Template attributes (RFC 8011 5.2, PWG 5100.13),
// checked against what a queue can do. Pure; also reads back what the engine stored.
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "ipp/msg.h"
#include "model/page.h"
#include <stdint.h>

enum ippd_hold {
    IPPD_HOLD_NONE,       // "no-hold"
    IPPD_HOLD_INDEFINITE, // until it is released
};

enum ippd_color {
    IPPD_COLOR_AUTO, // as the document is
    IPPD_COLOR_COLOR,
    IPPD_COLOR_MONOCHROME,
};

enum {
    IPPD_COPIES_MAX = 999,
    IPPD_RANGES_MAX = 100,
    IPPD_TICKET_MAX = 32768,
    IPPD_FINISHINGS_MAX = 8
};

struct ippd_range {
    uint32_t first; // of the document's pages, from 1
    uint32_t last;
};

// Nothing here is left unsaid: what the client did not ask for has the queue's default.
struct ippd_ticket {
    struct str attrs;    // what was asked for and accepted, encoded as one job-attributes group
                         // without its tag: to be stored, shown again, and sent to the printer
    uint32_t copies;     // 1 to IPPD_COPIES_MAX
    bool copies_refused; // others were asked for than can be
    enum page_sides sides;
    bool sides_said; // it is not the queue's default
    enum ippd_color color;
    enum ippd_hold hold;
    uint32_t number_up; // 1, 2, 4, 6, 9, 16
    uint32_t priority;  // 1 to 100
    bool collate;       // copies as sets: 1 2 1 2, not 1 1 2 2
    uint32_t width;     // of the media asked for, hundredths of a millimetre; 0: none was asked for
    uint32_t height;
    const struct ippd_range *ranges; // ascending; in the arena
    size_t range_count;              // 0: all pages
    // Words of the client, borrowed from attrs or the request; empty: it does not say.
    struct str media; // PWG 5101.1 name
    struct str media_type;
    struct str media_source;
    struct str account;                       // who pays: job-account-id, else job-billing (CUPS)
    uint16_t finishings[IPPD_FINISHINGS_MAX]; // RFC 8011 5.2.6; "none" is left out
    size_t finishing_count;
};

struct ippd_queue;

// What became of the attributes that were asked for.
struct ippd_checked {
    const struct ipp_attr *unsupported; // those that are not known or whose values are not taken,
                                        // in the arena, for the answer's unsupported group; or NULL
    bool conflict;                      // two of them do not go together
};

// Reads the attributes of a job group (NULL: none). Without fidelity what is not supported is left
// out of the ticket; the caller decides by *checked whether to refuse. False: the arena is full.
bool ippd_ticket_check(struct ipp_attr *attrs, const struct ippd_queue *queue, struct arena *arena,
                       struct ippd_ticket *ticket, struct ippd_checked *checked,
                       struct err *err) CC_MUST_USE;

// Reads stored attrs back; they were accepted once, so nothing is checked against a queue. The runs
// borrow from attrs.
bool ippd_ticket_read(struct str attrs, struct arena *arena, struct ippd_ticket *ticket,
                      struct err *err) CC_MUST_USE;

// The same attrs, but with this keyword or name (tag) for the attribute; value empty: without it.
// In the arena.
bool ippd_ticket_set(struct str attrs, const char *name, uint8_t tag, struct str value,
                     struct arena *arena, struct str *changed, struct err *err) CC_MUST_USE;

// Do two tickets differ in who pays, and in nothing else?
bool ippd_ticket_is_recharge(struct str before, struct str after, struct arena *arena,
                             bool *is_recharge, struct err *err) CC_MUST_USE;

// Do printers choose (page-ranges) and lay out (number-up) the pages of such a document? Of a PDF
// they do; a raster or a page description that is made for one device comes out as it is.
bool ippd_ticket_lays_out(struct str format);

// What a printer is to be told besides a document of this format: not who pays. In the arena.
// False: attrs are damaged, or the arena is full.
bool ippd_ticket_forward(struct str attrs, struct str format, struct arena *arena, struct str *told,
                         struct err *err) CC_MUST_USE;
