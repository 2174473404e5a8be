// sheet/voucher: vouchers on paper: A4 pages of two by eight cards with marks to cut along, as PDF
// by cairo and pango. Any thread.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include <stddef.h>

struct sheet_voucher {
    const char *code;   // "ABCD-EFGH-JKMN-PQRS"
    const char *serial; // "12-0007"
};

struct sheet_batch {
    const char *title;  // of each card: "Printing voucher"
    const char *amount; // "5.00 EUR"
    const char *note;   // may be empty
    const char *valid;  // "valid until 2027-06-30"; may be empty
    const char *how;    // how it is redeemed
    const struct sheet_voucher *list;
    size_t count;
};

// Writes beside and renames: the file is whole or as it was. Mode 0600: it is money.
bool sheet_voucher_write(const char *path, const struct sheet_batch *batch,
                         struct err *err) CC_MUST_USE;
