<?php
// The settings of a site that lives as long as a test. Where things are comes from whoever starts it.
$here = getenv('SITE_FOLDER');
define('WP_HOME', getenv('SITE_URL'));
define('WP_SITEURL', getenv('SITE_URL'));
define('WP_CONTENT_DIR', "$here/content");
define('WP_CONTENT_URL', getenv('SITE_URL') . '/wp-content');
define('DB_NAME', 'site');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', "localhost:$here/db.sock");
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
// On a machine of its own a site gives application passwords without TLS.
define('WP_ENVIRONMENT_TYPE', 'local');
// Nothing is called: neither others nor itself.
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_DEBUG', false);
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {
    define("{$name}_KEY", hash('sha256', "$here $name key"));
    define("{$name}_SALT", hash('sha256', "$here $name salt"));
}
$table_prefix = 'wp_';
defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
