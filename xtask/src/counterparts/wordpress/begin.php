<?php
// Makes the site and its people, once: Ada owns it, Ben writes for it, Eve may only comment. Says their application passwords as JSON.
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = parse_url(getenv('SITE_URL'), PHP_URL_HOST) . ':' . parse_url(getenv('SITE_URL'), PHP_URL_PORT);
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
// No letter leaves this machine.
$GLOBALS['wp_filter']['pre_wp_mail'] = [10 => [['accepted_args' => 0, 'function' => fn () => true]]];
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('The other side', 'ada', 'ada@example.test', true, '', 'ada-password');
$people = ['ada' => get_user_by('login', 'ada')->ID];
foreach (['ben' => 'author', 'eve' => 'subscriber'] as $name => $role) {
    $people[$name] = wp_insert_user(['user_login' => $name, 'user_pass' => "$name-password", 'user_email' => "$name@example.test", 'role' => $role]);
}
foreach (['permalink_structure' => '/%year%/%postname%/', 'comment_previously_approved' => '0', 'comment_moderation' => '0', 'timezone_string' => 'Europe/Vienna'] as $name => $value) {
    update_option($name, $value);
}
flush_rewrite_rules(false);
$said = ['version' => $GLOBALS['wp_version']];
foreach ($people as $name => $id) {
    [$said[$name]] = WP_Application_Passwords::create_new_application_password($id, ['name' => 'Tests']);
}
echo "\nREADY " . json_encode($said) . "\n";
