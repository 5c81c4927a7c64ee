package geminitest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// working is a job while it is worked off.
type working struct {
	s     *Server
	j     job
	rows  int // that are to be answered
	at    int // of the present row
	out   *bufio.Writer
	bill  *bufio.Writer
	lines []line // of the output, where each one is
	size  int64
	held  *row // to be swapped with another one
}

type line struct{ from, to int64 }

// workOff answers the rows of a job, writes its output, and last of all its end and its bill.
func (s *Server) workOff(j job, fate outcome) (err error) {
	w := &working{s: s, j: j, rows: int(fate.part * float64(j.Rows))}
	raw, err := os.Create(s.jobs.path(j.ID, ".raw"))
	if err != nil {
		return err
	}
	defer raw.Close()
	bill, err := os.Create(s.jobs.path(j.ID, ".rows"))
	if err != nil {
		return err
	}
	defer bill.Close()
	w.out, w.bill = bufio.NewWriterSize(raw, 1<<18), bufio.NewWriterSize(bill, 1<<18)
	if err := w.answerAll(); err != nil {
		return err
	}
	if err := errors.Join(w.out.Flush(), w.bill.Flush()); err != nil {
		return err
	}
	w.j.State, w.j.Ended, w.j.Left = fate.state, fate.at, j.Rows-w.j.Good-w.j.Bad
	if err := w.publish(raw); err != nil {
		return err
	}
	if err := w.end(); err != nil {
		return err
	}
	s.jobs.ended(&w.j)
	return removeAll(raw.Name(), bill.Name(), s.jobs.path(j.ID, ".in"))
}

var errEnough = errors.New("enough rows")

func (w *working) answerAll() error {
	err := eachLine(w.s.jobs.path(w.j.ID, ".in"), func(text []byte) error {
		if w.at >= w.rows {
			return errEnough
		}
		if err := w.s.ctx.Err(); err != nil {
			return err
		}
		err := w.take(w.answer(text))
		w.at++
		return err
	})
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	if w.held == nil {
		return nil
	}
	return w.put(w.held) // nobody was left to swap with
}

// take puts out a row, unless it is to be swapped with a later one.
func (w *working) take(r *row) error {
	if r.fault != Swapped || r.failed() {
		return w.put(r)
	}
	if w.held == nil {
		w.held = r
		return nil
	}
	other := w.held
	w.held = nil
	r.response, other.response = other.response, r.response
	r.charge.Lost, other.charge.Lost = true, true
	return errors.Join(w.put(other), w.put(r))
}

// put writes a row to the output and to the bill.
func (w *working) put(r *row) error {
	if r.failed() {
		w.j.Bad++
	} else {
		w.j.Good++
	}
	e := entry{At: w.j.Created, Call: Row, Model: w.j.Model, Hash: r.hash, Fault: r.fault}
	if r.charge != nil {
		r.charge.Lost = r.charge.Lost || w.lost()
		e.Charges = []Charge{*r.charge}
	}
	if err := json.NewEncoder(w.bill).Encode(e); err != nil {
		return err
	}
	text, err := r.text(w.j)
	if err != nil {
		return err
	}
	for range map[Fault]int{MissingRow: 0, TwiceRow: 2, None: 1}[countAs(r.fault)] {
		if _, err := w.out.Write(text); err != nil {
			return err
		}
		w.lines = append(w.lines, line{w.size, w.size + int64(len(text))})
		w.size += int64(len(text))
	}
	return nil
}

func countAs(f Fault) Fault {
	if f == MissingRow || f == TwiceRow {
		return f
	}
	return None
}

// lost tells whether the present row does not arrive, because of what happens to the output as a whole.
func (w *working) lost() bool {
	switch w.j.Fault {
	case NoOutput, LostOutput:
		return true
	case ShortOutput:
		return w.at >= w.shortAt()
	}
	return false
}

// shortAt is the row within which a short output ends.
func (w *working) shortAt() int { return w.rows * 6 / 10 }

// publish makes the output of what was answered.
func (w *working) publish(raw *os.File) error {
	out := w.s.jobs.path(w.j.ID, ".out")
	sum, n, err := w.arrange(raw, out)
	if err != nil || w.j.Inline || w.j.Fault == LostOutput && w.j.Parent == "" {
		return err
	}
	if w.j.Parent != "" {
		if w.j.Fault == LostOutput || w.j.Fault == NoOutput {
			return nil
		}
		return w.s.bucket.move(out, w.j.folder()+"/predictions.jsonl")
	}
	f := &file{ID: "batch-" + w.j.ID, Owner: w.j.Owner, Type: "application/jsonl", Size: n, SHA256: sum, Created: w.j.Ended, Made: true}
	return w.s.files.add(f, out)
}

// arrange writes the lines in the order and with the ends that they are to have.
func (w *working) arrange(raw *os.File, to string) (sum []byte, n int64, err error) {
	if w.j.Fault == Shuffled || w.j.Parent != "" && w.j.Fault != ShortOutput {
		slices.SortFunc(w.lines, func(a, b line) int {
			return strings.Compare(shuffled(w.j.ID, a), shuffled(w.j.ID, b))
		})
	}
	end := "\n"
	if w.j.Fault == CRLF {
		end = "\r\n"
	}
	f, err := os.Create(to)
	if err != nil {
		return nil, 0, err
	}
	out := bufio.NewWriterSize(f, 1<<18)
	for i, l := range w.lines {
		if w.j.Fault == ShortOutput && i == w.shortAt() {
			l.to, end = (l.from+l.to)/2, ""
		} else if w.j.Fault == ShortOutput && i > w.shortAt() {
			break
		}
		text := make([]byte, l.to-l.from)
		if _, err := raw.ReadAt(text, l.from); err != nil {
			return nil, 0, errors.Join(err, f.Close())
		}
		out.Write(text) // its error comes with Flush
		out.WriteString(end)
	}
	if err := errors.Join(out.Flush(), f.Close()); err != nil {
		return nil, 0, err
	}
	return digest(to)
}

func shuffled(id string, l line) string { return fmt.Sprintf("%.17f", unit(fmt.Sprint(id, l.from))) }

// end makes the job ended, with all that it cost.
func (w *working) end() error {
	at := w.s.jobs.path(w.j.ID, ".end")
	f, err := os.Create(at)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 1<<18)
	err = json.NewEncoder(out).Encode(entry{At: w.j.Ended, Call: Job, Fault: w.j.Fault, End: &w.j})
	if err == nil {
		err = eachLine(w.s.jobs.path(w.j.ID, ".rows"), func(text []byte) error {
			out.Write(text)
			return out.WriteByte('\n')
		})
	}
	if err = errors.Join(err, out.Flush(), f.Close()); err != nil {
		return err
	}
	return w.s.book.writeJob(w.j.ID, at)
}
