// device/reason: why a device does not print, or soon will not: the keywords of
// printer-state-reasons (RFC 8011 5.4.12, PWG 5100.9), each with what it means, what to do and how
// bad it is. Pure.
#pragma once

#include "base/str.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum device_severity { // the order of lists
    DEVICE_WELL = 0,
    DEVICE_NOTE = 1,    // information: nobody needs to go there
    DEVICE_WARNING = 2, // it prints, but not for long, or not everything
    DEVICE_WORST = 3,   // it does not print until somebody goes there
};

struct device_reason {
    const char *keyword;
    enum device_severity severity; // where the device does not say -report, -warning or -error
    bool stops;                    // as an error it stops the printing
    const char *text;
    const char *what_to_do;
};

// keyword without -report, -warning, -error. NULL: no registered one.
const struct device_reason *device_reason_find(struct str keyword);
size_t device_reason_count(void);
const struct device_reason *device_reason_at(size_t index); // for lists, catalogues and tests

// Takes a suffix off a keyword and says how bad it makes the reason.
struct str device_reason_split(struct str keyword, enum device_severity *severity, bool *said);

// The keywords of PrtAlertCodeTC in a group of the MIB (8: inputs), and of
// hrPrinterDetectedErrorState's bits (0 to 14). NULL: an event, not a state, or nothing that is
// known.
const char *device_reason_of_alert(int64_t code, int64_t group);
int64_t device_reason_alert_code(struct str name); // "coverOpen"; 0: none
const char *device_reason_of_bit(unsigned bit);
