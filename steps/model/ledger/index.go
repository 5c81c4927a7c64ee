package ledger

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"strings"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"sftrun.local/steps/fault"
)

// An index is the SQLite file that tells where answers lie, or the same thing in memory.
//
// The file keeps a rollback journal and not a write-ahead log. Groups of answers make the log's speed unnecessary,
// and reading a database with a log creates or changes files beside it, which a plan must not do. Every transaction
// is synced (synchronous=FULL), so that a loss of power does not damage it.
type index struct {
	db   *sql.DB
	path string // "" in memory

	selectOutcomes *sql.Stmt
}

// indexSchema makes the tables. An index with other tables, of another version or damaged, is set aside.
//
// outcomes holds all records but intents, those of jobs too; sum is the checksum of the record. intents are those that
// no later outcome of their key has ended: calls that are under way, or were when a process ended. The bounds of kind
// are for check: a damaged one would hide an answer.
var indexSchema = []string{`CREATE TABLE segments(
	id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, damaged INTEGER NOT NULL)`,
	`CREATE TABLE outcomes(
	id INTEGER PRIMARY KEY, key BLOB NOT NULL, at INTEGER NOT NULL, kind INTEGER NOT NULL CHECK(kind BETWEEN 1 AND 11), sum INTEGER NOT NULL,
	segment INTEGER NOT NULL, off INTEGER NOT NULL, n INTEGER NOT NULL,
	reason TEXT NOT NULL, detail TEXT NOT NULL, run TEXT NOT NULL, step TEXT NOT NULL, model TEXT NOT NULL,
	tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, thought INTEGER NOT NULL, cached INTEGER NOT NULL,
	usd REAL NOT NULL,
	UNIQUE(key, at, sum))`,
	`CREATE INDEX outcomes_segment ON outcomes(segment)`,
	`CREATE INDEX outcomes_paid ON outcomes(run, usd) WHERE usd > 0`,
	`CREATE INDEX outcomes_forgotten ON outcomes(at, key) WHERE kind = 4`,
	`CREATE INDEX outcomes_jobs ON outcomes(at) WHERE kind > 6`,
	`CREATE TABLE intents(key BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(key, at)) WITHOUT ROWID`,
}

// openIndex opens the file at path for reading and writing and creates it if it is missing.
func openIndex(ctx context.Context, path string) (*index, error) {
	return open(ctx, path, fileSource(path)+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(DELETE)"+
		"&_pragma=synchronous(FULL)&_pragma=cache_size(-16000)&_txlock=immediate")
}

// readIndex opens the file at path, which must exist, without ever changing it or creating one beside it.
func readIndex(ctx context.Context, path string) (*index, error) {
	return open(ctx, path, fileSource(path)+"?mode=ro&_pragma=busy_timeout(10000)&_pragma=query_only(1)")
}

// memoryIndex returns an empty index in memory.
func memoryIndex(ctx context.Context) (*index, error) {
	return open(ctx, "", "file::memory:")
}

func fileSource(path string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath()
}

// open keeps one connection: the index has one writer, and a memory database lives in its connection.
func open(ctx context.Context, path, source string) (*index, error) {
	db, err := sql.Open("sqlite", source)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	ix := &index{db: db, path: path}
	if err := ix.prepare(ctx); err != nil {
		return nil, errors.Join(asDamage(path, err), db.Close())
	}
	if ix.selectOutcomes, err = db.PrepareContext(ctx, selectOutcomes); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return ix, nil
}

// prepare creates the tables of a new index and refuses one with other tables.
func (ix *index) prepare(ctx context.Context) error {
	var n int
	var found string
	err := ix.db.QueryRowContext(ctx, "SELECT count(*), coalesce(group_concat(sql, ';'), '') FROM (SELECT sql FROM sqlite_schema WHERE sql <> '' ORDER BY rowid)").
		Scan(&n, &found)
	if err != nil {
		return err
	}
	if n == 0 {
		return ix.create(ctx)
	}
	if found != strings.Join(indexSchema, ";") {
		return &Damage{Name: ix.path, Text: "its tables are not those that this version of the program makes"}
	}
	return nil
}

func (ix *index) create(ctx context.Context) error {
	return ix.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, strings.Join(indexSchema, ";"))
		fault.Point("index: laid out")
		return err
	})
}

// write runs f in one transaction, which is durable when write returns.
func (ix *index) write(ctx context.Context, f func(tx *sql.Tx) error) error {
	tx, err := ix.db.BeginTx(ctx, nil)
	if err == nil {
		if err = f(tx); err == nil {
			err = tx.Commit()
		} else if undone := tx.Rollback(); !full(err) { // a full disk makes SQLite roll back by itself
			err = errors.Join(err, undone)
		}
	}
	if full(err) {
		return &fs.PathError{Op: "write", Path: ix.path, Err: syscall.ENOSPC}
	}
	return err
}

// full tells whether err says that the disk is full.
func full(err error) bool { return code(err)&0xff == sqlite3.SQLITE_FULL }

// copyFrom fills an empty index with all that the file at path holds, as of one moment.
func (ix *index) copyFrom(ctx context.Context, path string) error {
	if _, err := ix.db.ExecContext(ctx, "ATTACH ? AS file", fileSource(path)+"?mode=ro"); err != nil {
		return err
	}
	err := ix.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO segments SELECT * FROM file.segments;
			INSERT INTO outcomes SELECT * FROM file.outcomes;
			INSERT INTO intents SELECT * FROM file.intents`)
		return err
	})
	_, detached := ix.db.ExecContext(ctx, "DETACH file")
	return errors.Join(err, detached)
}

// check reads the whole index and compares its tables with one another.
func (ix *index) check(ctx context.Context) error {
	var text string
	if err := ix.db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&text); err != nil {
		return err
	}
	if text != "ok" {
		return &Damage{Name: ix.path, Text: text}
	}
	return nil
}

// close closes the index; a nil one is closed already.
func (ix *index) close() error {
	if ix == nil {
		return nil
	}
	return errors.Join(ix.selectOutcomes.Close(), ix.db.Close())
}

// asDamage tells an index whose header is nonsense, which SQLite reports as an error of the statement, from other
// failures to open it.
func asDamage(path string, err error) error {
	if code(err)&0xff == sqlite3.SQLITE_ERROR {
		return &Damage{Name: path, Text: err.Error()}
	}
	return err
}

// indexDamaged tells whether err means that the index itself is unusable, rather than busy or out of reach. A file
// whose header asks for a newer SQLite than this one can only be read, so that counts too.
func indexDamaged(err error) bool {
	var damage *Damage
	if errors.As(err, &damage) {
		return true
	}
	switch code(err) & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT:
		return true
	}
	return code(err) == sqlite3.SQLITE_READONLY || err != nil && strings.Contains(err.Error(), scanFailed)
}

// scanFailed is how database/sql, which has no type for it, tells that a column holds a value of another type than was
// put there.
const scanFailed = "sql: Scan error on column"

// code is SQLite's extended result code, or 0 if err is none of SQLite's.
func code(err error) int {
	var failed *sqlite.Error
	if errors.As(err, &failed) {
		return failed.Code()
	}
	return 0
}
