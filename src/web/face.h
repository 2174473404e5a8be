// web/face: the pages that the server makes, which work without JavaScript. page.c asks the engines
// and gives each face what it shows; a face only writes, through web/html, and knows no request.
// One file a page: face_NAME.c.
#pragma once

#include "calendar/zone.h"
#include "proto/credential.pb-c.h"
#include "proto/dce.pb-c.h"
#include "proto/dre.pb-c.h"
#include "proto/history.pb-c.h"
#include "proto/payers.pb-c.h"
#include "web/html.h"
#include "web/words.h"

struct web_visit;

// Of every page. All borrowed for the call; nothing is NULL.
struct face {
    const char *user; // empty: nobody is signed in
    const char *full_name;
    const char *csrf;     // the hidden field "csrf" of every form, and <meta name="csrf">
    const char *language; // BCP 47: the person's, else the browser's first, else "en"
    const char *theme;    // "light", "dark"; empty: as the device says
    bool large_text;
    bool high_contrast;
    bool has_role; // there is an /admin for this person
    unsigned roles;
    const char *path;   // of the page: "/history"
    const char *notice; // what was just done: "released", "deleted", "refund-asked", …; a keyword
    const char *name;   // of the station's device
    const struct web_words *words;    // of the language
    const struct calendar_zone *zone; // the site's clock
    struct arena *arena;              // of what is put together; NULL: nothing is
};

struct face web_face_nobody(void);
struct face web_face_of(struct web_visit *visit); // page.c

// The frame of a person's page: doctype to <main>, and back. title is a key of the catalogue.
void web_face_open(struct html *html, const struct face *face, const char *title);
void web_face_close(struct html *html, const struct face *face);

// POST /sign-in: user, password, next. refused: the sentence why not; NULL: first time.
void web_face_sign_in(struct html *html, const struct face *face, const char *next,
                      const char *user, const char *refused);
// POST /password: csrf, old, secret.
void web_face_password(struct html *html, const struct face *face, bool must_change,
                       const char *refused);
// POST /setup: token, user, full_name, password.
struct face_setup { // what was typed already
    const char *token;
    const char *user;
    const char *full_name;
    const char *refused;
};
void web_face_setup(struct html *html, const struct face *face, const struct face_setup *typed);
// POST /jobs: csrf, do=release|keep|delete, job=ENGINE:ID (as often as there are), printer; and of
// each job that is to be changed copies-, sides-, color- and pages-ENGINE:ID.
// purses and held are NULL where the engine did not answer; away says so.
void web_face_home(struct html *html, const struct face *face, const Quoin__V1__Purses *purses,
                   const Quoin__V1__ListHeldJobsReply *held, const char *away);
void web_face_jobs(struct html *html, const struct face *face,
                   const Quoin__V1__ListHeldJobsReply *held, const char *away,
                   const Quoin__V1__ReleaseJobsReply *undone); // undone: what was refused just now
// next: the address of the older ones; empty: there are none.
void web_face_history(struct html *html, const struct face *face,
                      const Quoin__V1__ListWorksReply *works, const char *next);
// POST /history/NUMBER: csrf, reason.
struct face_work {
    const Quoin__V1__PastWork *work;
    const Quoin__V1__JobDetail *detail; // of the engine that printed it; NULL: it knows nothing
    const Quoin__V1__ListRefundsReply *refunds; // the person's; of other works too; NULL: not known
};
void web_face_work(struct html *html, const struct face *face, const struct face_work *shown);
// POST /send: csrf, queue, copies, file. names: of the queues, each once. office: documents of
// office programs are turned into PDF here; else the package that is missing.
void web_face_send(struct html *html, const struct face *face, char *const *names, size_t count,
                   bool office);
// POST /send/ENGINE/ID: csrf, do=quote|release|delete, and what web_face_changes has.
struct face_sent {
    const char *engine;
    int64_t id;
    const Quoin__V1__HeldJob *held;            // NULL: it does not wait (yet)
    const Quoin__V1__Job *job;                 // as its engine tells it; NULL where held is not
    const Quoin__V1__QuoteHeldReply *quote;    // NULL: none was asked for
    const Quoin__V1__JobChange *change;        // what the form said; NULL: nothing
    const Quoin__V1__ReleaseJobsReply *undone; // what was refused just now; NULL: nothing
    const char *refused;                       // empty: nothing was
    const char *again; // the address that shows it in a second; empty: it is as it will be
};
void web_face_sent(struct html *html, const struct face *face, const struct face_sent *sent);
// What may be changed of a job that waits; chosen: what is there already, or NULL.
void web_face_changes(struct html *html, const struct face *face, const Quoin__V1__HeldJob *held,
                      const Quoin__V1__JobChange *chosen, struct str ref);
// What it costs, or would cost where nothing could be set aside for it.
int64_t web_face_price(const Quoin__V1__HeldJob *held);
void web_face_undone(struct html *html, const struct face *face,
                     const Quoin__V1__ReleaseJobsReply *undone);
struct str web_face_job_facts(const struct face *face, const Quoin__V1__Job *job);
// What stands on the page of cards and secrets. POST /cards: csrf and
// do=pin|make-pin|drop-pin|drop-card|delegate|drop-delegate|preferences|ticket.
struct face_own {
    const Quoin__V1__CredentialState *state;
    const Quoin__V1__ListDelegatesReply *delegates;
    const Quoin__V1__Preferences *preferences;
    const char *made;    // a PIN that is told this once; empty: none was made
    const char *code;    // a one-time code; empty: none was made
    const char *picture; // of the code, SVG; empty: none
    int64_t until;
    const char *refused; // the sentence why not; empty: nothing was
    bool wants_proof;    // the password comes with what makes another way in
};
enum { WEB_FACE_QUEUES_MAX = 500 };
struct face_addresses {
    const Quoin__V1__ListAddressesReply *addresses;
    char **queues; // names
    size_t queue_count;
    const char *uri; // one that is told this once, and so are these; empty: none was made
    const char *cups;
    const char *windows;
    const char *picture; // of the address, SVG; empty: none
    const char *refused; // the sentence why not; empty: nothing was
    bool wants_proof;    // the password comes with the form
};
void web_face_addresses(struct html *html, const struct face *face,
                        const struct face_addresses *own);
void web_face_cards(struct html *html, const struct face *face, const struct face_own *own);
void web_face_help(struct html *html, const struct face *face);
// The files that start an application: the station's and the administrator's.
void web_face_station(struct html *html, const struct face *face);
void web_face_admin(struct html *html, const struct face *face);
// Also of what is not there.
struct face_problem {
    unsigned status;
    const char *code;           // "not-paired"
    const char *title;          // English, as HTTP has it
    const char *detail;         // English; shown where no keyword says it in the person's language
    const char *const *reasons; // keywords, NULL-ended; NULL: none
};
void web_face_problem(struct html *html, const struct face *face,
                      const struct face_problem *problem);
