// agent: the watch on the ports of a host without a monitoring engine, quoin-dme --ports-only. It
// looks (room guard), tells a monitoring engine over one kept connection with a certificate of role
// "agent", and can do nothing else (jail_lock_watcher).
#pragma once

// The process's exit status: 0 ended as asked, 1 could not start (the log says why), 2 wrong
// options, AGENT_ANEW: to be started anew, for its certificate ends soon.
enum { AGENT_ANEW = 75 };
int agent_main(int argc, char **argv);
