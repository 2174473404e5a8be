// look: what the files of a look share: the look that is under way, and its witnesses. Loop thread.
#pragma once

#include "dme/dme_int.h"
#include "ippc/ask.h"
#include "snmp/snmp.h"

enum { LOOK_BYTES = 512 << 10 };

struct dme_look {
    struct watched *watched;
    struct arena arena;
    char uri[DME_URI_MAX + 1]; // that is asked by IPP
    struct ippc_ask *ipp;
    struct snmp_look *snmp;
    struct dme_pjl *pjl;
    int64_t began_ms;
    int64_t answered_ms; // of the quickest that answered; -1: none did
    unsigned open;       // witnesses that have not told yet
    bool is_slow;        // has a place of those that took long the last time
    struct dme_sights sights;
};

// What a witness says; took_ms: until it answered.
void dme_look_told(struct dme_look *look, const struct device_sight *sight, int64_t took_ms);
void dme_look_trouble(struct dme_look *look, enum device_source source, const char *trouble);
void dme_look_part_done(struct dme_look *look); // one witness less is waited for
bool dme_look_wants(const struct watched *watched, const char *source);
// The host that is asked, without what stands around it in an address. False: none is known.
bool dme_look_host(const struct watched *watched, char *host, size_t size) CC_MUST_USE;

// --- look_snmp.c --------------------------------------------------------------------------------

// Asks by SNMP, where that is wanted and has a chance.
void dme_look_snmp(struct dme_look *look);
bool dme_snmp_is_silent(const struct watched *watched); // it was asked, and never told anything

// --- look_pjl.c ---------------------------------------------------------------------------------

struct dme_pjl;
// Asks by PJL, where that is all there is, and nobody prints there.
void dme_look_pjl(struct dme_look *look);
void dme_look_pjl_cancel(struct dme_pjl **pjl);
