// cli/job: what the commands about jobs share.
#pragma once

#include "base/json.h"
#include "cli/cli.h"
#include "proto/dre.pb-c.h"

// Fields into the open object.
void cli_job_json(struct json *json, const Quoin__V1__Job *job);

// As `job show` does, without its pages.
void cli_job_say(struct cli *cli, const Quoin__V1__Job *job);

// id: the argument as given. *detail has a job and lives as long as cli.
bool cli_job_get(struct cli *cli, const char *id, const Quoin__V1__JobDetail **detail,
                 struct err *err) CC_MUST_USE;

// The name of now of whose job it is, where that is another; NULL: the same, or nobody can tell
// now.
const char *cli_job_now(struct cli *cli, const Quoin__V1__Job *job);
// "old, now elder"; "user:old, now user:elder". now: may be NULL.
const char *cli_job_user(struct cli *cli, const Quoin__V1__Job *job, const char *now);
void cli_job_now_json(struct json *json, const char *now); // "user_now", null where it is the same
const char *cli_job_payer(struct cli *cli, const Quoin__V1__Job *job, const char *now);

// "account-limit-reached, job-stopped"; empty for "none". In cli's arena.
const char *cli_job_reasons(struct cli *cli, const Quoin__V1__Job *job);

// Copies that the document asks for by itself.
struct cli_copies {
    size_t parts;       // 1 or more
    uint32_t part_most; // sets of a part
    uint32_t page_most; // of a page
};
struct cli_copies cli_copies_of(const Quoin__V1__DocumentFacts *facts);

// Pages of a part whose first run is *run; moves that on to the next part's.
uint64_t cli_part_pages(const Quoin__V1__DocumentFacts *facts, const Quoin__V1__DocumentPart *part,
                        size_t *run);

// "page_counts", "copies_by": fields into the open object.
void cli_job_pages_json(struct json *json, const Quoin__V1__JobDetail *detail);

// The whole story, for `explain` and the demo. entries may be NULL: CAS did not answer. now: as
// cli_job_now tells it.
void cli_explain_text(struct cli *cli, const Quoin__V1__JobDetail *detail,
                      const Quoin__V1__ListEntriesReply *entries, const char *now);
