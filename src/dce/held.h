// held: jobs of a session, found at the engines that have them.
#pragma once

#include "dce/view.h"

// A job that something is to be done with.
struct dce_item {
    const Quoin__V1__JobRef *ref;
    const Quoin__V1__JobChange *change; // NULL: none is wanted
    bool keep;
    struct dce_engine *engine;
    struct dce_asked *asked;
    Quoin__V1__Job *job; // as its engine has it; NULL: not found
    const char *whose;
    const char *reason; // why not; NULL: nothing is wrong
    const char *text;
    bool is_busy;    // we have marked it as being released
    bool is_changed; // it was changed for this, and is put back where that fails
    bool is_done;
    bool is_short;
    bool has_turn;       // it is being let go
    bool is_prepared;    // its engine keeps it for this
    int64_t prepared_id; // of the copy, where one was made
    ProtobufCBinaryData prepared_key;
    uint64_t tries;
    char busy[DCE_NAME_MAX + 32];
};

void dce_seer_fill(struct dce_op *op, const struct session *session,
                   const struct dce_device *device, struct dce_seer *seer);
struct dce_asked *dce_held_ask(struct dce_op *op, struct dce_engine *engine,
                               const struct dce_seer *seer, int64_t after, uint32_t limit,
                               bool unclaimed);
// Asks for each of them; dce_items_found then says which are there and theirs.
void dce_items_ask(struct dce_op *op, const struct dce_seer *seer, struct dce_item *items,
                   size_t count);
void dce_items_found(const struct dce_seer *seer, struct dce_item *items, size_t count);
// False: none, too many, one twice; the op was refused.
bool dce_items_are_good(struct dce_op *op, struct dce_item *items, size_t count) CC_MUST_USE;
size_t dce_items_wrong(const struct dce_item *items, size_t count);
void dce_items_fail(struct dce_item *item, const char *reason, const char *text);
// Of those that something is wrong with.
void dce_items_troubles(struct dce_op *op, const struct dce_item *items, size_t count,
                        Quoin__V1__ReleaseJobsReply *reply);
// Which printer is meant, among those that the device may use; NULL: the op was refused.
const char *dce_printer_asked(struct dce_op *op, const struct dce_device *device,
                              const char *printer);
