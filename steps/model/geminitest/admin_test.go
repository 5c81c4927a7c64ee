package geminitest_test

import (
	"net/http"
	"strings"
	"testing"

	"sftrun.local/steps/model/geminitest"
)

// Who rehearses in another process can see the bill, move the clock and order faults, but a web page cannot.
func TestAdmin(t *testing.T) {
	s := start(t, geminitest.Options{Jobs: hours, Now: still})
	client := gemini(t, s.URL(), apiKey)
	if _, err := say(client, t.Context(), prompt(1)); err != nil {
		t.Fatal(err)
	}
	if status, text := fetch(t, s.URL()+"/emulator/bill", ""); status != 200 || !strings.Contains(string(text), `"sync":{"requests":1,`) {
		t.Errorf("bill: %d %s", status, text)
	}
	if status, text := post(t, s.URL()+"/emulator/clock", "", `{"advance":"1h30m"}`); status != 200 || !strings.Contains(text, "2026-11-23T11:30:00Z") {
		t.Errorf("clock: %d %s", status, text)
	}
	if status, text := post(t, s.URL()+"/emulator/faults", "", `{"rules":[{"call":"generate","faults":["internal"]}]}`); status != 200 {
		t.Errorf("faults: %d %s", status, text)
	}
	if _, err := say(client, t.Context(), prompt(2)); code(err) != 500 {
		t.Errorf("after the order: %v", err)
	}
	if status, text := fetch(t, s.URL()+"/emulator/faults", ""); status != 200 || string(text) != "{\"generate\":{\"internal\":1}}\n" {
		t.Errorf("faults: %d %s", status, text)
	}
	if status, text := post(t, s.URL()+"/emulator/faults", "", `{"rules":[{"faults":["nonsense"]}]}`); status != 400 || !strings.Contains(text, "nonsense") {
		t.Errorf("a plan that cannot be: %d %s", status, text)
	}
	if status, _ := fetch(t, s.URL()+"/emulator/nothing", ""); status != 404 {
		t.Errorf("nothing: %d", status)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/emulator/clock", strings.NewReader(`{"advance":"1h"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", "http://example.com")
	before := s.Now()
	a, err := web(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	if a.StatusCode != 403 || s.Now() != before {
		t.Errorf("a web page: status %d, clock from %v to %v", a.StatusCode, before, s.Now())
	}
}
