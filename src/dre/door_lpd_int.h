// What door_lpd.c and door_lpd_list.c share.
#pragma once

#include "base/buf.h"
#include "dre/door.h"
#include "dre/entry.h"
#include "dre/table.h"
#include "lpd/control.h"
#include "lpd/line.h"

enum lpd_step {
    LPD_STEP_COMMAND,      // a line is to come
    LPD_STEP_FILES,        // … of "receive a job"
    LPD_STEP_CONTROL,      // the control file
    LPD_STEP_CONTROL_MARK, // … its octet
    LPD_STEP_DATA,         // a data file of a length
    LPD_STEP_DATA_MARK,    // … its octet
    LPD_STEP_STREAM,       // a data file until the client ends
    LPD_STEP_WHOLE,        // the spool is to have it
    LPD_STEP_TAKEN,        // the jobs are to be on disk
    LPD_STEP_DONE,
};

struct lpd;
struct lpd_part { // a data file
    struct lpd *lpd;
    struct lpd_part *next;
    struct dre_entry *entry;
    size_t memory; // that it counts for, while it waits
    bool is_submitted;
    char name[LPD_NAME_MAX + 1];
};

struct lpd { // a connection
    struct door_conn *conn;
    enum lpd_step step;
    struct buf in; // not taken yet
    char queue[TABLE_NAME_MAX + 1];
    uint64_t left; // of the file
    struct buf control_file;
    struct lpd_control control; // borrows from it
    bool has_control;
    struct lpd_part *parts; // as they came
    struct lpd_part *last;
    size_t part_count;
    uint32_t waiting;  // jobs that are not taken yet
    bool is_unsettled; // one of them is not, and never will be
    bool is_full;      // the spool holds back
    bool is_pumping;
    bool has_ended;
    char why[240];
};

// The two questions that are answered with lines for people, and with the end of the connection.
void dre_lpd_state(struct dre *dre, const struct queue *queue, const struct lpd_request *request,
                   struct net_stream *stream);
void dre_lpd_remove(struct dre *dre, const struct queue *queue, const struct lpd_request *request,
                    struct net_stream *stream);
