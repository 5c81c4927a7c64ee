package model_test

import (
	"bytes"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

// With the answers that another project paid for, a project sends nothing and spends nothing, also to a model that costs.
func TestImportedAnswersAreNotPaidForAgain(t *testing.T) {
	payer, borrower := newFake(), newFake()
	mine := place{t.TempDir()}.open(t, map[string]model.Client{"gemini": payer})
	send(t, mine, questions(t, "gemini", 0, 40))
	var file bytes.Buffer
	if _, err := mine.Export(t.Context(), &file); err != nil {
		t.Fatal(err)
	}

	theirs := place{t.TempDir()}.open(t, map[string]model.Client{"gemini": borrower})
	if _, err := theirs.Import(t.Context(), bytes.NewReader(file.Bytes()), false); err != nil {
		t.Fatal(err)
	}
	usd := 0.0
	err := theirs.Send(t.Context(), questions(t, "gemini", 0, 40), steps.Sending{Run: "r2", Sent: func(s steps.Sent) { usd += s.USD }})
	if err != nil || borrower.calls() != 0 || usd != 0 {
		t.Errorf("%d calls for $%v, %v", borrower.calls(), usd, err)
	}
	for q, err := range questions(t, "gemini", 0, 40) {
		want, wantErr := mine.Lookup(t.Context(), q)
		got, gotErr := theirs.Lookup(t.Context(), q)
		if err != nil || wantErr != nil || gotErr != nil || !bytes.Equal(got.Body, want.Body) || !bytes.Equal(got.Provenance, want.Provenance) {
			t.Errorf("got %s with %s (%v), want %s with %s (%v)", got.Body, got.Provenance, gotErr, want.Body, want.Provenance, wantErr)
		}
	}
	if inRun, inAll, err := theirs.Spent(t.Context(), "r2"); inRun != 0 || inAll != 0 || err != nil {
		t.Errorf("spent %v in the run and %v in all, %v", inRun, inAll, err)
	}
	if n, elsewhere, err := theirs.Elsewhere(t.Context()); n != 40 || elsewhere != 20 || err != nil {
		t.Errorf("imported %d for $%v, %v", n, elsewhere, err)
	}

	send(t, theirs, questions(t, "gemini", 0, 41))
	if _, inAll, err := theirs.Spent(t.Context(), ""); borrower.calls() != 1 || inAll != 0.5 || err != nil {
		t.Errorf("one more question: %d calls, $%v spent, %v", borrower.calls(), inAll, err)
	}
}
