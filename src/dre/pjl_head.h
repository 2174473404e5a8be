// pjl_head: what a document that comes over a raw port says in PJL around itself: whose it is and
// what it is called; and what its driver asks and waits for (HP PJL Technical Reference 4, 7, 8).
// Pure.
//
// The owner's name stands where the maker of the driver put it. Best first: SET USERNAME; then
// USERID, KMUSERNAME, OWNERNAME, ACCOUNTLOGIN; then JOBATTR "JobAcct1=" and "JobAcct8="; then
// COMMENT "Username: " and COMMENT OID_ATT_JOB_OWNER. Nothing of it is proven.
#pragma once

#include "base/buf.h"
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    PJL_HEAD_LINE_MAX = 4096,
    PJL_HEAD_TEXT_MAX = 255,
    PJL_HEAD_ANSWERS_MAX = 16 << 10, // bytes; who asks more gets no more
};

struct pjl_head { // start with dre_pjl_head_of
    struct buf line;
    char user[PJL_HEAD_TEXT_MAX + 1];  // as it was sent; empty: not said
    char title[PJL_HEAD_TEXT_MAX + 1]; // likewise
    uint8_t user_rank;
    uint8_t title_rank;
    bool in_document;  // what comes is the document's own, up to the next UEL
    bool has_document; // a byte of it came
    uint8_t uel;       // bytes of a UEL that the last piece ended with
    size_t answered;
};

struct pjl_head dre_pjl_head_of(void);
// Takes bytes in pieces of any size. What is to be sent back is added to answer.
void dre_pjl_head_feed(struct pjl_head *head, struct str bytes, struct buf *answer);
void dre_pjl_head_end(struct pjl_head *head, struct buf *answer); // no more will come
void dre_pjl_head_free(struct pjl_head *head);
