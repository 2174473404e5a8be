// cli/site: what DIR says about the site: where its files stand, where its engines listen.
//
// "quoin up" writes DIR/run/site, "quoin engine join" DIR/joined: lines of "name value".
#pragma once

#include "cli/cli.h"
#include "model/engine.h"
#include <stdint.h>

struct cli_place {
    uint16_t port_offset;
    char listen[64];    // numeric; where clients on this machine connect to
    bool joined;        // DIR belongs to an engine that joined another site
    char role[16];      // then: which
    char cas_host[254]; // and where its CAS is
    uint16_t cas_port;
};

// The value of a line "name value"; empty if there is none. Pure.
struct str cli_note(struct str notes, const char *name);

// ERR_UNAVAILABLE, with what to do: there is no site in DIR, or it was never started; joined, role
// and cas are set all the same.
bool cli_place_read(const struct cli *cli, struct cli_place *place, struct err *err) CC_MUST_USE;
bool cli_place_write(const struct cli *cli, const struct cli_place *place,
                     struct err *err) CC_MUST_USE;

// DIR/below, in cli's arena.
const char *cli_path(struct cli *cli, const char *below);
// A store's address: "sqlite:" alone is DIR/cas/cas.db; in cli's arena.
const char *cli_store_address(struct cli *cli, const char *word);
bool cli_file_is(const char *path);

// The folder of this program ("…/bin"), in cli's arena.
const char *cli_programs(struct cli *cli);
// A file that ships beside the programs: …/bin/../share/quoin/NAME.
const char *cli_share(struct cli *cli, const char *name);

// The process by DIR/run/NAME.pid; 0: none, or it does not run.
int cli_pid_of(struct cli *cli, const char *name);

// Which port of this site an engine or the front door has. False: past 65535.
bool cli_port(const struct cli_place *place, unsigned base, uint16_t *port,
              struct err *err) CC_MUST_USE;
// Where this machine reaches a listener: the loopback address where it listens to all.
const char *cli_reach(const struct cli_place *place);
