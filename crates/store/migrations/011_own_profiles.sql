-- Our own profiles are asked for at every post that comes in or lands.
create index profiles_account on profiles (desk, account) where account is not null;
