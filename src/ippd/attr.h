// attr: writing the attributes of a printer and of jobs, those that were asked for and no others.
#pragma once

#include "ipp/out.h"
#include "ippd/ippd.h"

// Where the answer will be read: the URIs in it must work there.
struct ippd_place {
    struct str host; // "print.example:8631"
    // Of the person's own address that was asked, which alone is told it; empty: of none.
    struct str secret;
    bool tls;
    bool tls_offered;
    int64_t now;
};

// requested-attributes (RFC 8011 4.2.5.1), made once a request.
struct ippd_wanted {
    bool all;
    bool description;             // the group printer-description or job-description
    bool template;                // the group job-template
    const struct ipp_attr *names; // borrowed; NULL: none
};

// attr may be NULL: then all, or, for Get-Jobs, what names says. names: as requested-attributes.
struct ippd_wanted ippd_wanted_of(const struct ipp_attr *attr);

bool ippd_wanted_has(const struct ippd_wanted *wanted, const char *name, bool template);

// "ipp://HOST/ipp/print/QUEUE" and, with an id, "/ID" behind it.
void ippd_attr_write_uri(struct ipp_out *out, const char *name, const struct ippd_place *place,
                         bool tls, struct str queue, int32_t id);

// The members of a printer-attributes group.
void ippd_attr_write_printer(struct ipp_out *out, const struct ippd_queue *queue,
                             const struct ippd_place *place, const struct ippd_wanted *wanted);

// Which of our own attributes of a job are wanted, as bits, and whether others may be: made once
// for a whole list of jobs.
struct ippd_job_mask {
    uint64_t bits;
    const struct ippd_wanted *wanted; // borrowed
    bool ticket;                      // look into the job's ticket too
    bool private;                     // the asker may not know whose it is and what
};
struct ippd_job_mask ippd_job_mask_of(const struct ippd_wanted *wanted);
struct ippd_job_mask ippd_job_mask_brief(void);  // job-uri, job-id: Get-Jobs that asks for nothing
struct ippd_job_mask ippd_job_mask_answer(void); // what Print-Job and its like answer

// The members of a job-attributes group.
void ippd_attr_write_job(struct ipp_out *out, const struct ippd_job *job,
                         const struct ippd_place *place, const struct ippd_asker *asker,
                         const struct ippd_job_mask *mask);
