// What the modules of dre that answer gRPC calls share. Loop thread.
#pragma once

#include "dre/dre_int.h"

char *dre_call_text(struct arena *arena, struct str run); // never NULL
void dre_call_refuse(struct wire_call *call, enum err_code code, const char *text);
// With the keyword of why, for the person's language.
void dre_call_refuse_why(struct wire_call *call, enum err_code code, const char *reason,
                         const char *text);
uint32_t dre_call_limit(uint32_t asked); // of a page of a list

// A job with all that the table knows; the key of a guest's is left out.
void dre_job_fill(const struct job *job, struct arena *arena, Quoin__V1__Job *out);
// The same, with the key for an administrator; with_key: the web may ask for one.
void dre_call_fill_job(struct wire_call *call, const struct job *job, bool with_key,
                       Quoin__V1__Job *out);
void dre_call_answer_job(struct wire_call *call, const struct job *job);

// The job of an id; NULL: the call was refused.
struct job *dre_call_job(struct dre *dre, struct wire_call *call, int64_t id);
// True: the call was seen before, and is answered.
bool dre_call_is_repeat(struct dre *dre, struct wire_call *call, struct job *job,
                        ProtobufCBinaryData key);
// A person looks first. True: the call was refused.
bool dre_call_is_uncertain(struct wire_call *call, const struct job *job);
void dre_call_remember(struct dre *dre, ProtobufCBinaryData key);

// The call is answered once the job has come to rest.
struct dre_call_act {
    struct job *job;
    ProtobufCBinaryData key;
    enum job_event event;
};
void dre_call_act(struct dre *dre, struct wire_call *call, const struct dre_call_act *act);

// The job's ticket with a change, at a printer; also why that cannot be.
bool dre_change_ticket(struct dre *dre, const struct job *job, const Quoin__V1__JobChange *change,
                       struct printer *printer, struct arena *arena, struct str *ticket,
                       struct err *err, const char **reason) CC_MUST_USE;

void dre_witness_get(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
void dre_change_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
void dre_release_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
void dre_claim_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
void dre_send_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
void dre_get_preview(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
void dre_watch_jobs(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
void dre_quote_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
void dre_list_held(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
void dre_printer_add(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
void dre_printer_list(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
void dre_printer_remove(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
void dre_printer_set(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
void dre_queue_add(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
void dre_queue_list(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
void dre_queue_remove(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
void dre_queue_set(void *engine, struct wire_call *call, const ProtobufCMessage *asked);
