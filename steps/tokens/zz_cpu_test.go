package tokens_test
import ("testing";"fmt";"runtime";"golang.org/x/sys/unix";"sftrun.local/steps/tokens")
func cpu() float64 { var t unix.Timespec; unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID,&t); return float64(t.Sec)+float64(t.Nsec)/1e9 }
func best(reps, rounds int, f func()) float64 { b:=1e9; for range rounds { s:=cpu(); for range reps {f()}; if d:=(cpu()-s)/float64(reps); d<b {b=d} }; return b }
func TestCPU(t *testing.T) {
	runtime.LockOSThread()
	texts := traces(t, 6)
	for _, e := range benchmarked {
		c, ref := load(t, e)
		for _, s := range samples { x := readSample(t, s); n:=float64(len(x))/1e6
			cold := best(50, 8, func(){ tokens.Forget(c); c.Count(x)})
			warm := best(50, 8, func(){ c.Count(x)})
			or := best(4, 6, func(){ ref(x)})
			fmt.Printf("%s %s cold %.0f warm %.0f oracle %.2f ratio %.1f %.1f\n", e, s, n/cold, n/warm, n/or, or/cold, or/warm)
		}
		n := float64(size(texts))/1e6
		cold := best(1, 5, func(){ tokens.Forget(c); for _, x := range texts { c.Count(x) }})
		or := best(1, 1, func(){ for _, x := range texts { ref(x) }})
		fmt.Printf("%s traces %.1f MB cold %.0f oracle %.2f ratio %.1f\n", e, n, n/cold, n/or, or/cold)
		fmt.Printf("%s load %.1f ms\n", e, 1000*best(1,8,func(){tokens.Reload(e+".tiktoken",c)}))
	}
}
