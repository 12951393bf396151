/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "tests/unit/fixture/analysis_fixture.h"

#include <stdio.h>
#include <string.h>

/* The advice for a site, and when there is none. */

#define ADVICE_OF                                                                                  \
	"SELECT documentation FROM site_advice AS a JOIN site AS s ON s.id = a.site WHERE "        \
	"s.function = "

static void a_site_of_a_known_function_has_its_advice(void **state)
{
	sqlite3 *db = everything_load();

	(void)state;
	assert_text(db, ADVICE_OF "'demo::sleepy::nap'", "tokio::time::sleep");
	assert_text(db, ADVICE_OF "'demo::hasher::hash'",
		    "tokio, \"CPU-bound tasks and blocking code\"");
	assert_text(db, "SELECT a.function FROM site_advice AS a WHERE documentation LIKE '%sleep'",
		    "std::thread::sleep");
	sqlite3_close(db);
}

static void an_unknown_function_has_no_advice(void **state)
{
	sqlite3 *db = everything_load();

	(void)state;
	/* A kind of lock that no rule matches, and a site without stacks. */
	assert_number(db,
		      "SELECT count(*) FROM site_advice AS a JOIN site AS s ON s.id = a.site "
		      "WHERE s.function IN ('demo::locker::take', 'unknown')",
		      0);
	sqlite3_close(db);
}

/* The advice for a poll with this cause that waits in `function`. */
static void assert_advice(const char *function, const char *cause, const char *documentation)
{
	sqlite3 *db = everything_load();
	char sql[512];

	snprintf(sql, sizeof(sql),
		 "UPDATE frame SET site = '%s' WHERE site = 'std::sys::futex';"
		 "UPDATE site SET cause = '%s' WHERE function = 'demo::locker::take'",
		 function, cause);
	assert_int_equal(database_run(db, sql), 0);
	assert_text(db,
		    "SELECT (SELECT documentation FROM site_advice AS a WHERE a.site = s.id) "
		    "FROM site AS s WHERE function = 'demo::locker::take'",
		    documentation);
	sqlite3_close(db);
}

static void advice_depends_on_function_and_cause(void **state)
{
	static const char which_mutex[] =
		"tokio::sync::Mutex, \"Which kind of mutex should you use?\"";
	static const struct {
		const char *function, *cause, *documentation;
	} cases[] = {
		{"std::sync::mutex::Mutex::lock", "lock", which_mutex},
		{"std::sync::poison::mutex::Mutex::lock", "lock", which_mutex},
		{"parking_lot::raw_mutex::RawMutex::lock_slow", "lock", which_mutex},
		{"std::sync::poison::rwlock::RwLock::write", "lock", "tokio::sync::RwLock"},
		{"std::sync::condvar::Condvar::wait", "lock", "tokio::sync::Notify"},
		{"std::sync::mpsc::Receiver::recv", "lock", "tokio::sync::mpsc"},
		{"std::thread::JoinHandle::join", "lock", "tokio::task::spawn_blocking"},
		/* as of rustc 1.95 */
		{"std::thread::lifecycle::JoinInner::join", "lock", "tokio::task::spawn_blocking"},
		{"std::thread::scoped::ScopedJoinHandle::join", "lock",
		 "tokio::task::spawn_blocking"},
		{"std::thread::functions::sleep", "sleep", "tokio::time::sleep"},
		{"std::thread::functions::park_timeout", "sleep", "tokio::time::sleep"},
		{"std::thread::functions::park", "lock", "tokio::sync::Notify"},
		{"std::thread::thread::Thread::park", "lock", "tokio::sync::Notify"},
		{"std::sys::sync::condvar::futex::Condvar::wait", "lock", "tokio::sync::Notify"},
		{"std::sync::mutex::Mutex::lock", "cpu",
		 "tokio, \"CPU-bound tasks and blocking code\""},
		{"std::net::socket_addr::ToSocketAddrs::to_socket_addrs", "net-io",
		 "tokio::net::lookup_host"},
		{"__GI_getaddrinfo", "file-io", "tokio::net::lookup_host"},
		{"std::fs::read", "file-io", "tokio::fs"},
		{"std::fs::File::sync_all", "file-io", "tokio::fs::File::sync_all"},
		{"read", "file-io", "tokio::task::spawn_blocking"},
		{"std::net::tcp::TcpStream::read", "net-io", "tokio::net::TcpStream"},
		{"mio::net::tcp::stream::TcpStream::write", "net-io", "tokio::io::BufWriter"},
		{"std::process::Child::wait", "syscall", "tokio::process::Command"},
		{"argon2::Argon2::hash", "cpu", "tokio::task::spawn_blocking"},
		{"std::io::stdio::_print", "lock", "tracing_appender::non_blocking"},
		{"std::sync::condvar::Condvar::wait_timeout", "lock", "tokio::sync::Notify"},
		{"rayon_core::latch::LockLatch::wait_and_reset", "lock",
		 "tokio, \"CPU-bound tasks and blocking code\""},
		{"r2d2::Pool::get_timeout", "lock", "tokio::task::spawn_blocking"},
		{"std::process::Command::spawn", "syscall", "std::os::unix::process::CommandExt"},
		{"std::process::Command::output", "syscall", "tokio::process::Command"},
		{"std::io::stdio::Stdin::read_line", "syscall", "tokio::io::Stdin"},
		{"std::io::stdio::Stdin::read_line", "tty", "tokio::io::Stdin"},
		{"std::io::stdio::Stdout::write_all", "tty", "tracing_appender::non_blocking"},
		{"read", "tty", "tokio::io::unix::AsyncFd"},
		{"std::fs::File::read", "event", "tokio::io::unix::AsyncFd"},
		{"read", "pipe", "tokio::net::unix::pipe"},
		/* Without names it may be Command::spawn, which waits until the program runs. */
		{"sccache+0xabe10", "pipe", "std::os::unix::process::CommandExt"},
		{"__GI_flock", "lock", "tokio::task::spawn_blocking"},
		{"demo::own::lock", "lock", NULL},
		{"ioctl", "syscall", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_advice(cases[i].function, cases[i].cause, cases[i].documentation);
}

/* The frames of demo::locker::take, to be named anew for each case. */
#define TWO_FRAMES                                                                                 \
	"CREATE TEMP TABLE renamed AS SELECT id, site AS was FROM frame "                          \
	"WHERE site IN ('std::sys::futex', 'demo::locker::take')"

#define ADVICE_TEXT                                                                                \
	"SELECT a.advice FROM site_advice AS a JOIN site AS s ON s.id = a.site "                   \
	"WHERE s.function = 'demo::locker::take'"

/* Does the advice for a wait in `inner`, called by `outer` (or NULL), begin so? Says if not. */
static bool advice_begins(sqlite3 *db, const char *inner, const char *outer, const char *cause,
			  const char *begins)
{
	sqlite3_stmt *q;
	char sql[1024];
	const char *advice;
	bool same;

	snprintf(
		sql, sizeof(sql),
		"UPDATE frame SET site = CASE r.was WHEN 'std::sys::futex' THEN '%s' ELSE '%s' END "
		"FROM renamed AS r WHERE r.id = frame.id; UPDATE site SET cause = '%s' "
		"WHERE function = 'demo::locker::take'",
		inner, outer ? outer : "demo::locker::take", cause);
	assert_int_equal(database_run(db, sql), 0);
	assert_int_equal(sqlite3_prepare_v2(db, ADVICE_TEXT, -1, &q, NULL), SQLITE_OK);
	advice = sqlite3_step(q) == SQLITE_ROW ? (const char *)sqlite3_column_text(q, 0) : "none";
	same = !strncmp(advice, begins, strlen(begins));
	if (!same)
		print_error("%s below %s, %s: %s\n", inner, outer ? outer : "-", cause, advice);
	sqlite3_finalize(q);
	return same;
}

/* Functions of crates and libraries, each below one that calls it, and how the advice begins. */
static const struct {
	const char *inner, *outer, *cause, *begins;
} waits[] = {
	{"std::sys::process::unix::unix::Command::posix_spawn", "std::process::Command::spawn",
	 "child", "Starts another program and waits until"},
	{"__GI___posix_spawn", NULL, "child", "Starts another program and waits until"},
	{"std::sys::process::unix::unix::Command::do_fork", "std::process::Command::spawn",
	 "page-fault", "Starts another program, which is slow"},
	{"std::sync::condvar::Condvar::wait", "crossbeam_utils::thread::scope", "lock",
	 "Waits for a thread to end."},
	{"std::sync::condvar::Condvar::wait", "crossbeam_utils::sync::wait_group::WaitGroup::wait",
	 "lock", "Waits for a thread to end."},
	{"parking::Parker::park", "futures_lite::future::block_on", "lock",
	 "Runs a future to its end"},
	{"std::sync::condvar::Condvar::wait", "parking::Inner::park", "lock",
	 "Runs a future to its end"},
	{"polling::Poller::wait", "async_io::driver::block_on", "net-io",
	 "Runs a future to its end"},
	{"parking::Parker::park", "async_channel::Receiver::recv_blocking", "lock",
	 "Waits in the blocking form"},
	{"std::sync::condvar::Condvar::wait", "crossbeam_utils::sync::parker::Parker::park", "lock",
	 "Parks the thread that polls"},
	{"std::fs::File::write", "tracing_appender::rolling::RollingFileAppender::write", "file-io",
	 "Writes a log file"},
	{"std::sync::mutex::Mutex::lock", "tracing_subscriber::fmt::fmt_layer::Layer::on_event",
	 "lock", "Writes a log file"},
	{"std::fs::File::write", "log4rs::Logger::log", "file-io", "Writes a log file"},
	{"std::io::stdio::Stderr::write", "tracing_subscriber::fmt::fmt_layer::Layer::on_event",
	 "lock", "Writes to standard output"},
	{"crossbeam_channel::channel::Sender::send",
	 "tracing_appender::non_blocking::NonBlocking::write", "lock",
	 "Waits for room in the queue of the log"},
	{"crossbeam_channel::flavors::array::Channel::send",
	 "tracing_appender::non_blocking::NonBlocking::write_all", "sleep",
	 "Waits for room in the queue of the log"},
	{"std::net::tcp::TcpStream::read", "mysql::conn::Conn::query", "net-io",
	 "The blocking client of a server."},
	{"std::net::tcp::TcpStream::read",
	 "lettre::transport::smtp::transport::SmtpTransport::send", "net-io",
	 "The blocking client of a server."},
	{"std::net::tcp::TcpStream::read", "imap::client::Session::fetch", "net-io",
	 "The blocking client of a server."},
	{"rustls::conn::ConnectionCommon::complete_io", "mysql::io::Stream::make_secure", "net-io",
	 "The blocking client of a server."},
	{"std::thread::park", "mongodb::sync::coll::Collection::find_one", "lock",
	 "The blocking client of a server."},
	{"pthread_cond_timedwait", "rd_kafka_consumer_poll", "lock",
	 "A client that waits in its own C library"},
	{"std::net::tcp::TcpStream::read", "tungstenite::protocol::WebSocket::read", "net-io",
	 "A blocking WebSocket."},
	{"mio::net::tcp::stream::TcpStream::write", "tungstenite::protocol::WebSocket::write",
	 "net-io", "The socket does not block"},
	{"std::sync::condvar::Condvar::wait", "mysql::conn::pool::Pool::get_conn", "lock",
	 "Waits for a connection of a pool"},
	{"getaddrinfo", "ureq::unversioned::resolver::DefaultResolver::resolve", "net-io",
	 "A blocking HTTP client."},
	{"getaddrinfo", "redis::connection::connect", "net-io", "A blocking Redis connection."},
	{"getaddrinfo", "mysql::io::tcp::MyTcpBuilder::connect", "net-io",
	 "The blocking client of a server."},
	{"getaddrinfo", "std::net::tcp::TcpStream::connect", "net-io", "Resolves a name"},
	{"poll", "redis::cluster::ClusterConnection::req_command", "event",
	 "A blocking Redis connection."},
	{"diesel::row::Row::get", "diesel_async::run_query_dsl::load", "cpu",
	 "Computes without an .await."},
	{"PQexec", "diesel::pg::connection::raw::RawConnection::exec", "net-io",
	 "Diesel blocks while"},
	{"r2d2::Pool::get_timeout", "diesel::r2d2::get", "lock",
	 "Waits for a connection of a pool"},
	{"__GI___libc_fcntl64", NULL, "lock", "Waits for a file lock"},
	{"lockf64", NULL, "lock", "Waits for a file lock"},
	{"__new_sem_wait_slow64", NULL, "lock", "Waits for a semaphore"},
	{"semop", NULL, "lock", "Waits for a semaphore"},
	{"___pthread_mutex_lock", NULL, "lock", "Waits for another thread in a library"},
	{"___pthread_cond_wait", NULL, "lock", "Waits for another thread in a library"},
	{"std::fs::File::sync_data", "redb::transactions::WriteTransaction::commit", "file-io",
	 "An embedded database does"},
	{"std::fs::File::sync_all", "fjall::keyspace::Keyspace::persist", "file-io",
	 "An embedded database does"},
	{"tantivy::searcher::Searcher::search", NULL, "cpu", "An embedded database does"},
	{"__posix_memalign", NULL, "lock", "Waits for a lock of the C library's allocator"},
	{"_mid_memalign", NULL, "lock", "Waits for a lock of the C library's allocator"},
	{"aligned_alloc", NULL, "lock", "Waits for a lock of the C library's allocator"},
	{"sysmalloc", NULL, "lock", "Waits for a lock of the C library's allocator"},
	{"regex_automata::meta::strategy::new", "regex::regex::string::Regex::new", "cpu",
	 "Compiles a regular expression"},
	{"regex::exec::ExecBuilder::build", "regex::re_builder::unicode::RegexBuilder::build",
	 "cpu", "Compiles a regular expression"},
	{"regex_automata::meta::regex::Regex::search", "regex::regex::string::Regex::find", "cpu",
	 "Computes without an .await."},
	{"clear_page", "argon2::Argon2::fill_blocks", "page-fault", "A password hash is slow"},
	{"crypto_pwhash_argon2id", NULL, "cpu", "A password hash is slow"},
	{"parking_lot::raw_rwlock::RawRwLock::lock_exclusive_slow",
	 "moka::sync::cache::Cache::get_with", "lock", "Waits while another thread computes"},
	{"parking_lot::once::Once::call_once_slow", NULL, "lock",
	 "Waits while another thread initializes"},
	{"crossbeam_channel::channel::Receiver::recv", "notify::inotify::INotifyWatcher::watch",
	 "lock", "Waits until the thread of notify"},
	{"std::fs::read", "sysinfo::unix::linux::process::refresh_procs", "syscall",
	 "Reads much of /proc"},
	{"sched_yield", "rayon_core::registry::WorkerThread::wait_until_cold", "syscall",
	 "rayon's caller waits"},
	{"std::thread::functions::yield_now", NULL, "syscall", "Spins until another thread"},
	{"crossbeam_utils::backoff::Backoff::snooze", NULL, "cpu", "Spins until another thread"},
	{"__GI_fsync", NULL, "file-io", "Waits until the disk has it."},
	{"fdatasync", "nix::unistd::fdatasync", "file-io", "Waits until the disk has it."},
	{"git_packfile_unpack", "git2::repo::Repository::find_object", "file-io",
	 "Git's data is read"},
	{"__mmap64", NULL, "syscall", "The kernel makes and maps memory"},
	{"__mprotect", NULL, "syscall", "The kernel makes and maps memory"},
	{"kanal::Receiver::recv", NULL, "lock", "Waits at a channel made for"},
	{"std::fs::File::read", "rustls_native_certs::load_native_certs", "file-io",
	 "Makes a connector for TLS"},
	{"webpki::trust_anchor::anchor_from_trusted_cert",
	 "reqwest::async_impl::client::ClientBuilder::build", "cpu", "Makes a connector for TLS"},
	{"PEM_read_bio_X509", "openssl::ssl::connector::SslConnector::builder", "cpu",
	 "Makes a connector for TLS"},
	{"ring::ec::sign", "rustls::conn::ConnectionCommon::complete_io", "cpu",
	 "Computes without an .await."},
};

static void advice_is_for_the_crate_that_waits(void **state)
{
	sqlite3 *db = everything_load();
	int wrong = 0;

	(void)state;
	assert_int_equal(database_run(db, TWO_FRAMES), 0);
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++)
		wrong += !advice_begins(db, waits[i].inner, waits[i].outer, waits[i].cause,
					waits[i].begins);
	assert_int_equal(wrong, 0);
	sqlite3_close(db);
}

/* Its user has no such lock; of a crate that only gives locks he has. */
static void what_a_library_waits_for_itself_has_the_advice_to_call_it_elsewhere(void **state)
{
	static const struct {
		const char *crate, *function, *cause, *begins;
	} cases[] = {
		{"threadpool", "std::sync::condvar::Condvar::wait", "lock", "Waits inside a lib"},
		{"rumqttc", "flume::Sender::send", "lock", "Waits inside a library"},
		{"retry", "std::thread::sleep", "sleep", "Sleeps inside a library"},
		{"flume", "flume::Sender::send", "lock", "Waits at a channel made for threads"},
		{"parking_lot", "parking_lot::condvar::Condvar::wait", "lock", "Waits for a condi"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sqlite3 *db = everything_load();
		char sql[512];

		snprintf(sql, sizeof(sql),
			 "UPDATE frame SET site = '%s', crate = '%s', origin = 'third-party' WHERE "
			 "site = 'std::sys::futex'; UPDATE site SET cause = '%s' WHERE "
			 "function = 'demo::locker::take'",
			 cases[i].function, cases[i].crate, cases[i].cause);
		assert_int_equal(database_run(db, sql), 0);
		snprintf(sql, sizeof(sql), "SELECT substr((" ADVICE_TEXT "), 1, %zu)",
			 strlen(cases[i].begins));
		assert_text(db, sql, cases[i].begins);
		sqlite3_close(db);
	}
}

/* The linker folds what has the same code, such as the sockets' functions of std. */
static void of_functions_folded_into_one_advice_is_what_fits_all(void **state)
{
	sqlite3 *db = everything_load();

	(void)state;
	assert_int_equal(database_run(db,
				      "UPDATE frame SET site = 'std::net::tcp::TcpStream::read' "
				      "WHERE site = 'std::sys::futex';"
				      "UPDATE site SET cause = 'net-io' "
				      "WHERE function = 'demo::locker::take'"),
			 0);
	assert_text(db, ADVICE_OF "'demo::locker::take'", "tokio::net::TcpStream");
	assert_int_equal(database_run(db, "INSERT INTO frame_alias SELECT id, "
					  "'std::net::udp::UdpSocket::recv' FROM frame "
					  "WHERE site = 'std::net::tcp::TcpStream::read'"),
			 0);
	assert_text(db, ADVICE_OF "'demo::locker::take'", "tokio::task::spawn_blocking");
	sqlite3_close(db);
}

/* Debug information describes one of them, with what is inlined there. */
static void what_is_inlined_into_a_folded_function_is_advised_as_fits_all(void **state)
{
	static const struct {
		const char *inlined, *function, *alias, *cause, *documentation;
	} cases[] = {
		{"std::sys_common::net::UdpSocket::recv", "std::net::udp::UdpSocket::recv",
		 "std::net::tcp::TcpStream::read", "net-io", "tokio::task::spawn_blocking"},
		{"std::sys_common::net::TcpStream::read", "std::net::tcp::TcpStream::read",
		 "std::net::udp::UdpSocket::recv", "net-io", "tokio::task::spawn_blocking"},
		{"std::sync::mpsc::Receiver::recv", "demo::a::next", "demo::b::next", "lock",
		 "tokio::sync::mpsc"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sqlite3 *db = everything_load();
		char sql[1024];

		snprintf(sql, sizeof(sql),
			 "UPDATE frame SET site = '%s', inlined = 1 WHERE site = 'std::sys::futex';"
			 "UPDATE frame SET site = '%s' WHERE site = 'demo::locker::take';"
			 "INSERT INTO frame_alias SELECT id, '%s' FROM frame WHERE site = '%s';"
			 "UPDATE site SET cause = '%s' WHERE function = 'demo::locker::take'",
			 cases[i].inlined, cases[i].function, cases[i].alias, cases[i].function,
			 cases[i].cause);
		assert_int_equal(database_run(db, sql), 0);
		assert_text(db, ADVICE_OF "'demo::locker::take'", cases[i].documentation);
		sqlite3_close(db);
	}
}

static void a_function_in_a_minority_of_the_time_gives_no_advice(void **state)
{
	/* 40 ms in std's mutex, and twice as long with stacks that do not have it. */
	sqlite3 *db = spans_load(200000, {.tid = 11, .from = 0, .to = 40000, .stack = NAP_AT_14},
				 {.tid = 11, .from = 50000, .to = 130000, .stack = NAP});

	(void)state;
	assert_int_equal(database_run(db, "UPDATE frame SET site = 'std::sync::mutex::Mutex::lock' "
					  "WHERE site = 'std::thread::sleep' AND id IN "
					  "(SELECT f.frame FROM stack_frame AS f JOIN slice AS s "
					  "ON s.stack = f.stack WHERE s.wall_ns = 40000000);"
					  "UPDATE site SET cause = 'lock'"),
			 0);
	assert_number(db, "SELECT count(*) FROM site_advice", 0);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_of_a_known_function_has_its_advice),
		cmocka_unit_test(an_unknown_function_has_no_advice),
		cmocka_unit_test(advice_depends_on_function_and_cause),
		cmocka_unit_test(advice_is_for_the_crate_that_waits),
		cmocka_unit_test(
			what_a_library_waits_for_itself_has_the_advice_to_call_it_elsewhere),
		cmocka_unit_test(of_functions_folded_into_one_advice_is_what_fits_all),
		cmocka_unit_test(what_is_inlined_into_a_folded_function_is_advised_as_fits_all),
		cmocka_unit_test(a_function_in_a_minority_of_the_time_gives_no_advice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
