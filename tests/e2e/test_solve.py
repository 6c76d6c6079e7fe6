"""`retort solve` over HTTP: results, options, exit codes."""

import os
import subprocess
import unittest

from program import ProgramTest

PROBLEM = "How many apples are two apples?"


class Results(ProgramTest):
    def test_json_has_every_key_of_the_contract(self):
        done = self.solve(PROBLEM, "--operator", "pdr:4,2", "--distiller", "random", "--json", "--seed", "5")
        self.assertEqual(done.code, 0, done.err)
        result = done.json
        for key in ("problem answer text operator model seed verdict wall_s error version budget rounds final warnings").split():
            self.assertIn(key, result)
        self.assertEqual(
            list(result["budget"]),
            "b_seq b_total b_seq_nominal max_call_tokens tokens_in tokens_out tokens_reasoning tokens_cached calls failed_calls estimated".split(),
        )
        self.assertEqual((result["version"], result["seed"], result["operator"]), (1, 5, "pdr:4,2"))
        self.assertEqual([r["width"] for r in result["rounds"]], [4, 2])
        self.assertEqual(result["rounds"][0]["drafts"][3]["path"], "r1.d3")
        self.assertEqual(result["final"]["finish"], "stop")
        self.assertIsNone(result["error"])

    def test_counts_are_those_of_the_server(self):
        done = self.solve(PROBLEM, "--operator", "pdr:4,2", "--json")
        budget = done.json["budget"]
        self.assertEqual(budget["calls"], self.behaviour.completed)
        self.assertEqual(budget["calls"], 4 + 1 + 2 + 1 + 1)
        self.assertEqual((budget["tokens_in"], budget["tokens_out"]), (self.behaviour.tokens_in, self.behaviour.tokens_out))
        self.assertEqual(budget["b_total"], self.behaviour.tokens_in + self.behaviour.tokens_out)
        self.assertFalse(budget["estimated"])

    def test_people_get_the_solution_and_the_answer(self):
        self.behaviour.reply = lambda seed, prompt: "Two and two.\nThe answer is 4"
        done = self.solve(PROBLEM, "--operator", "cot")
        self.assertEqual(done.code, 0)
        self.assertEqual(done.out, "Two and two.\nThe answer is 4\n\nanswer: 4\n")
        self.assertIn("b_seq", done.err)

    def test_quiet_is_the_answer_alone(self):
        self.behaviour.reply = lambda seed, prompt: "The answer is 4"
        done = self.solve(PROBLEM, "--operator", "vote:3", "-q", "--k", "3")
        self.assertEqual((done.code, done.out, done.err), (0, "4\n", ""))

    def test_no_answer_is_null_and_a_warning(self):
        self.behaviour.reply = lambda seed, prompt: "no idea"
        done = self.solve(PROBLEM, "--operator", "cot", "--json")
        self.assertEqual(done.code, 0)
        self.assertIsNone(done.json["answer"])
        self.assertTrue(done.json["warnings"])

    def test_a_reference_gives_a_verdict(self):
        self.behaviour.reply = lambda seed, prompt: "The answer is 4"
        self.assertEqual(self.solve(PROBLEM, "--operator", "cot", "--json", "--reference", "4").json["verdict"], "equal")
        self.assertEqual(self.solve(PROBLEM, "--operator", "cot", "--json", "--reference", "5").json["verdict"], "different")

    def test_the_problem_comes_from_a_file_or_standard_input(self):
        file = self.write("problem.txt", "From a file?\n")
        self.assertEqual(self.solve("--file", file, "--operator", "cot", "--json").json["problem"], "From a file?")
        done = self.solve("--file", "-", "--operator", "cot", "--json", stdin="Grüße?".encode())
        self.assertEqual(done.json["problem"], "Grüße?")

    def test_plain_lines_tell_each_event(self):
        done = self.solve(PROBLEM, "--operator", "pdr:2,1", "--distiller", "random")
        for part in ("round 1: 2 drafts", "r1.d0:", "r1.d1:", "round 1 workspace:", "round 2: 1 draft", "final:"):
            self.assertIn(part, done.err)
        self.assertNotIn("\x1b", done.err)

    def test_the_server_s_only_model_is_taken_and_named(self):
        done = self.run_program("solve", PROBLEM, "--operator", "cot", "--url", self.mock.url, "--json")
        self.assertEqual(done.json["model"], "mock-1")
        self.assertIn("mock-1", done.err)

    def test_an_operator_in_a_file(self):
        file = self.write("mine.toml", '[[round]]\nwidth = 3\n\n[finish]\nkind = "vote"\n')
        done = self.solve(PROBLEM, "--operator", file, "--json")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(done.json["budget"]["calls"], 3)

    def test_roles_have_their_own_models(self):
        self.behaviour.models = ["mock-1", "small", "large"]
        done = self.solve(PROBLEM, "--operator", "pdr:2", "--distill-model", "small", "--final-model", "large", "--json")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(sorted(body["model"] for body in self.behaviour.asked), ["large", "mock-1", "mock-1", "small"])

    def test_calls_in_flight_are_bounded_over_all_models_of_a_server(self):
        self.behaviour.models = ["mock-1", "other"]
        self.behaviour.latency_s = 0.02
        file = self.write("two.toml", '[[round]]\nwidth = 6\n\n[[round]]\nwidth = 6\nmodel = "other"\ndistiller = "topk-each"\n\n[finish]\nkind = "vote"\n')
        done = self.solve(PROBLEM, "--operator", file, "--in-flight", "3")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(self.behaviour.most_in_flight, 3)

    def test_a_server_s_model_keeps_the_name_that_the_server_gives_it(self):
        self.behaviour.models = ["/models/tiny.gguf"]
        done = self.run_program("solve", PROBLEM, "--operator", "cot", "--url", self.mock.url, "--json")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(self.behaviour.asked[0]["model"], "/models/tiny.gguf")
        self.assertEqual(done.json["model"], "/models/tiny.gguf")

    def test_an_option_without_use_is_a_warning(self):
        done = self.solve(PROBLEM, "--operator", "cot", "--k", "3", "--json")
        self.assertEqual(done.code, 0)
        self.assertTrue(any("--k" in warning for warning in done.json["warnings"]))
        self.assertIn("--k", done.err)


class Settings(ProgramTest):
    def nominal(self, *arguments, **options):
        return self.solve(PROBLEM, "--operator", "cot", "--json", *arguments, **options).json["budget"]["b_seq_nominal"]

    def test_flags_win_over_environment_over_file(self):
        self.write(".config/retort/config.toml", "think = 11\n")
        self.assertEqual(self.nominal(), 11)
        self.assertEqual(self.nominal(environment={"RETORT_THINK": "22"}), 22)
        self.assertEqual(self.nominal("--think", "33", environment={"RETORT_THINK": "22"}), 33)

    def test_the_key_is_read_from_the_variable_and_never_shown(self):
        self.behaviour.key = "secret-7"
        refused = self.solve(PROBLEM, "--operator", "cot", environment={"OPENAI_API_KEY": "wrong-9"})
        self.assertEqual(refused.code, 3)
        self.assertNotIn("wrong-9", refused.err + refused.out)
        self.assertEqual(self.solve(PROBLEM, "--operator", "cot", environment={"OPENAI_API_KEY": "secret-7"}).code, 0)
        other = self.solve(PROBLEM, "--operator", "cot", "--api-key-env", "MY_KEY", environment={"MY_KEY": "secret-7"})
        self.assertEqual(other.code, 0)


class UsageErrors(ProgramTest):
    def refused(self, *arguments, says, **options):
        done = self.run_program(*arguments, **options)
        self.assertEqual((done.code, done.out), (2, ""), done.err)
        self.assertTrue(done.err.startswith("retort: "), done.err)
        self.assertEqual(done.err.count("\n"), 1, done.err)
        for part in says if isinstance(says, tuple) else (says,):
            self.assertIn(part, done.err)

    def test_unknown_words_name_the_nearest(self):
        self.refused("solv", says=("solv", '"solve"'))
        self.refused("evaluate", says=("unknown command", "solve, eval"))
        self.refused("solve", "--opertor", "cot", says='"--operator"')
        self.refused(says="expected a command")
        self.refused("solve", "what", "is", says="quotes")

    def test_values_say_what_was_expected(self):
        self.refused("solve", "x", "--k", "0", says=("--k", "from 1", '"0"'))
        self.refused("solve", "x", "--temperature", "warm", says="a number")
        self.refused("solve", "x", "--distiller", "sumary", says='"summary"')
        self.refused("solve", "x", environment={"RETORT_SEED": "-1"}, says="RETORT_SEED")

    def test_operators_say_where(self):
        self.refused("solve", "x", "--url", self.mock.url, "--model", "m", "--operator", "pdr:8,x", says=("position 7", "whole number"))
        self.refused("solve", "x", "--url", self.mock.url, "--model", "m", "--operator", "pdrr:8", says='"pdr"')
        self.refused("solve", "x", "--url", self.mock.url, "--model", "m", "--operator", "none.toml", says="none.toml")

    def test_the_file_of_settings_says_where(self):
        self.write(".config/retort/config.toml", "\nthinc = 3\n")
        self.refused("solve", "x", says=("config.toml:2", '"think"'))

    def test_oracles_need_a_reference(self):
        self.refused("solve", "x", "--url", self.mock.url, "--model", "m", "--distiller", "oracle-correct", says="--reference")

    def test_a_problem_is_needed(self):
        self.refused("solve", says="expected a problem")
        self.refused("solve", " \n", says="empty")
        self.refused("solve", "x", "--file", "y", says="both")

    def test_a_model_that_is_not_here_says_how_to_get_it(self):
        self.refused("solve", "x", "--model", "smollm2-135m-instruct", says="retort model pull smollm2-135m-instruct")
        self.refused("solve", "x", "--model", "smollm-135m-instruct", says='"smollm2-135m-instruct"')
        self.refused("solve", "x", "--model", "/no/such.gguf", says="no such file")

    def test_addresses_and_keys(self):
        self.refused("solve", "x", "--url", "localhost:80", "--model", "m", says="http://host:port/v1")
        self.refused("solve", "x", "--url", self.mock.url, "--model", "m", "--api-key-env", "NO_KEY", says="NO_KEY")
        self.refused("solve", "x", "--url", self.mock.url, "--model", "m", "--dialect", "klingon", says="llama-server")

    def test_several_models_are_named(self):
        self.behaviour.models = ["one", "two"]
        self.refused("solve", "x", "--url", self.mock.url, says="one, two")


class ServerErrors(ProgramTest):
    def test_a_server_that_is_gone(self):
        url = self.mock.url
        self.mock.close()
        done = self.run_program("solve", PROBLEM, "--url", url, "--model", "m", "--operator", "cot", "--retry-time", "0")
        self.assertEqual((done.code, done.out), (3, ""), done.err)

    def test_a_refusal_and_a_page(self):
        self.behaviour.status = 400
        self.assertEqual(self.solve(PROBLEM, "--operator", "pdr:2").code, 3)
        self.behaviour.status = 200
        self.behaviour.html = True
        done = self.solve(PROBLEM, "--operator", "cot", "--retry-time", "0")
        self.assertEqual(done.code, 3)
        self.assertIn("HTML", done.err)

    def test_an_unknown_model_names_those_of_the_server(self):
        done = self.run_program("solve", PROBLEM, "--url", self.mock.url, "--model", "mock-2", "--operator", "cot")
        self.assertEqual(done.code, 3)
        self.assertIn("mock-1", done.err)

    def test_json_has_the_error_too(self):
        self.behaviour.status = 400
        done = self.solve(PROBLEM, "--operator", "cot", "--json")
        self.assertEqual(done.code, 3)
        self.assertIsInstance(done.json["error"], str)
        self.assertEqual(done.json["budget"]["failed_calls"], 1)

    def test_failed_attempts_are_counted_and_the_answer_comes(self):
        self.behaviour.fail_first = 2
        done = self.solve(PROBLEM, "--operator", "pdr:2,1", "--distiller", "random", "--json")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(done.json["budget"]["failed_calls"], 2)
        self.assertEqual(done.json["budget"]["calls"], 4)


class Budgets(ProgramTest):
    def test_too_small_says_the_smallest_that_would_do(self):
        done = self.solve(PROBLEM, "--operator", "pdr:4,2", "--budget-seq", "10", "--json")
        self.assertEqual(done.code, 4, done.err)
        self.assertRegex(done.err, r"\d\d+")
        self.assertEqual(self.behaviour.asked, [])

    def test_budgets_bind(self):
        self.behaviour.words = 40000
        method = ("--operator", "pdr:4,2", "--distiller", "random", "--workspace", "200", "--json")
        done = self.solve(PROBLEM, *method, "--budget-seq", "8000")
        self.assertEqual(done.code, 0, done.err)
        self.assertLessEqual(done.json["budget"]["b_seq"], 8000)
        done = self.solve(PROBLEM, *method, "--budget-total", "20000")
        self.assertEqual(done.code, 0, done.err)
        self.assertLessEqual(done.json["budget"]["b_total"], 20000)


class DryRun(ProgramTest):
    def test_asks_nothing(self):
        done = self.solve(PROBLEM, "--operator", "pdr:16,8,4", "--think", "100", "--max-answer", "50", "--dry-run", "--json")
        self.assertEqual(done.code, 0, done.err)
        plan = done.json
        self.assertEqual((plan["calls"], plan["rounds"], plan["sequential_calls"]), (32, 3, 7))
        self.assertEqual((plan["most_tokens_out"], plan["b_seq_nominal"]), (32 * 150, 700))
        self.assertEqual(self.behaviour.asked, [])

    def test_needs_neither_model_nor_server(self):
        done = self.run_program("solve", PROBLEM, "--dry-run")
        self.assertEqual(done.code, 0, done.err)
        self.assertRegex(done.out, r"model +countdown\n")
        self.assertIn("knows Countdown with 4 whole numbers", done.err)
        done = self.run_program("solve", PROBLEM, "--model", "smollm2-135m-instruct", "--dry-run")
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("smollm2", done.out)
        done = self.run_program("solve", PROBLEM, "--url", "http://127.0.0.1:9/v1", "--operator", "cot", "--dry-run", "--budget-seq", "3")
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("too small", done.out)


class Pipes(ProgramTest):
    def test_a_full_device_is_an_error(self):
        with open("/dev/full", "wb") as full:
            done = self.solve(PROBLEM, "--operator", "cot", stdout=full)
        self.assertEqual(done.code, 1)
        self.assertIn("cannot write", done.err)

    def test_a_reader_that_has_gone_is_no_crash(self):
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "wb") as closed:
            done = self.solve(PROBLEM, "--operator", "cot", stdout=closed)
        self.assertEqual(done.code, 1, done.err)
        self.assertNotIn("cannot write", done.err)

    def test_a_closed_stderr_is_no_crash(self):
        done = subprocess.run(
            ["sh", "-c", '"$0" "$@" 2>&-', os.environ["RETORT_PROGRAM"], "solve", PROBLEM, "--operator", "cot", "--url", self.mock.url, "--model", "mock-1"],
            env=self.environment, cwd=self.folder, stdout=subprocess.PIPE, timeout=60,
        )
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"answer:", done.stdout)


if __name__ == "__main__":
    unittest.main()
